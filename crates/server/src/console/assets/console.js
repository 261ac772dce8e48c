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

const feed = document.querySelector('[data-refresh]');
if (feed) {
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(feed.dataset.refresh);
    if (answer.ok) feed.innerHTML = await answer.text();
  }, 2000);
}
