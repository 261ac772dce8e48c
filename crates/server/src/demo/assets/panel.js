// Shows in the side panel what the tag says it did, also what it did before the panel was there.
const said = [];
let list;

const show = ({ what, detail }) => {
  const line = document.createElement('li');
  line.textContent = what;
  if (detail) {
    const more = document.createElement('pre');
    more.textContent = typeof detail === 'string' ? detail : `${detail.url ?? ''}\n${JSON.stringify(detail.body ?? detail, null, 1)}`;
    line.append(more);
  }
  list.querySelector('.muted')?.remove();
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
