// Shows in the side panel what the tag says it did.
document.addEventListener('referee', (event) => {
  const list = document.getElementById('what');
  if (!list) return;
  list.querySelector('.muted')?.remove();
  const line = document.createElement('li');
  const { what, detail } = event.detail;
  line.textContent = what;
  if (detail) {
    const more = document.createElement('pre');
    more.textContent = typeof detail === 'string' ? detail : `${detail.url ?? ''}\n${JSON.stringify(detail.body ?? detail, null, 1)}`;
    line.append(more);
  }
  list.append(line);
});
