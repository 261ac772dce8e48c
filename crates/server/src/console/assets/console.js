// Small conveniences; every screen works without them.
document.addEventListener('keydown', (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    document.getElementById('search')?.focus();
    event.preventDefault();
  }
});

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy], [data-copy-text]');
  if (!button) return;
  const text = button.dataset.copyText ?? button.parentElement.querySelector('code').textContent;
  await navigator.clipboard.writeText(text);
  const before = button.textContent;
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = before; }, 1500);
});

document.addEventListener('submit', (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

// Behind a no: back to the form, where there was one.
const back = document.querySelector('[data-back]');
if (back && history.length > 1) {
  back.hidden = false;
  back.addEventListener('click', () => history.back());
}

// On a phone the navigation is a strip: where one is should be in sight.
const strip = document.querySelector('.frame > nav');
const here = strip?.querySelector('[aria-current]');
if (here && here.offsetLeft + here.offsetWidth > strip.clientWidth - 40) strip.scrollLeft = here.offsetLeft - 60;

// "Done." was said; going back or reloading should not say it again.
const address = new URL(location.href);
if (address.searchParams.has('done')) {
  address.searchParams.delete('done');
  history.replaceState(null, '', address);
}

// Ticks of a list: how many, all at once, and from the keyboard.
const ticks = [...document.querySelectorAll('input[data-tick]')];
if (ticks.length) {
  const all = document.querySelector('[data-tick-all]');
  const count = document.querySelector('[data-ticked]');
  const say = () => {
    const ticked = ticks.filter((it) => it.checked).length;
    if (count) count.textContent = ticked ? `: ${ticked}` : '';
    if (all) all.checked = ticked === ticks.length;
  };
  if (all) {
    all.closest('[hidden]').hidden = false;
    all.addEventListener('change', () => {
      ticks.forEach((it) => { it.checked = all.checked; });
      say();
    });
  }
  document.addEventListener('change', (event) => {
    if (!event.target.matches('[data-tick]')) return;
    if (event.target.checked) document.querySelector('[data-which-ticked]').checked = true;
    say();
  });
  document.addEventListener('keydown', (event) => {
    const here = document.activeElement;
    const typing = here?.matches('textarea, select, input:not([type=checkbox])');
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = ticks.indexOf(here);
    if (event.key === 'j' || event.key === 'k') {
      const next = ticks[place < 0 ? 0 : place + (event.key === 'j' ? 1 : -1)];
      next?.focus();
      next?.scrollIntoView({ block: 'nearest' });
    }
    if (event.key === 'x' && place >= 0) here.click();
  });
  say();
}

// A figure that belongs to a choice makes it.
document.addEventListener('input', (event) => {
  const choice = event.target.closest('label.check')?.querySelector('input[type=radio]');
  if (choice && choice !== event.target) choice.checked = true;
});

const feed = document.querySelector('[data-refresh]');
if (feed) {
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(feed.dataset.refresh);
    if (answer.ok) feed.innerHTML = await answer.text();
  }, 2000);
}
