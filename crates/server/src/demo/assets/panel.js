// Shows in the side panel what the tag says it did, also what it did before the panel was there.
const said = [];
let list;

const words = {
  visit: ({ body }) => ['Visit', body.clickId ? ` reported. A partner's link led here; its click id travels along.` : ' reported, without a click id: nobody led here.'],
  conversion: ({ body }) => ['Conversion', ` of order ${body.orderId} reported, ${body.orderSubTotalPostDiscount} ${body.currencyCode}.`],
};

const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });

const show = ({ what, detail }) => {
  const line = document.createElement('li');
  const [name, rest] = detail?.body && words[what] ? words[what](detail) : [what, ''];
  line.append(element('b', name), rest);
  if (detail) {
    const sent = detail.url ? `POST ${detail.url}\n${JSON.stringify(detail.body, null, 1)}` : JSON.stringify(detail);
    const more = document.createElement('details');
    more.append(element('summary', 'What was sent'), element('pre', sent));
    line.append(more);
  }
  list.querySelector('.waiting')?.remove();
  list.append(line);
};

document.addEventListener('referee', (event) => {
  if (list) show(event.detail);
  else said.push(event.detail);
});

document.addEventListener('DOMContentLoaded', () => {
  list = document.getElementById('what');
  if (list) said.forEach(show);
});
