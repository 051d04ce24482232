/* What pages do beyond HTML: every one of them works without this file. */
(() => {
  'use strict';

  /* Moments in the viewer's zone; UTC stays on hover. */
  const zone = (seconds) => new Intl.DateTimeFormat(undefined, {
    year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
  });
  const minutes = zone(false);
  const seconds = zone(true);
  const localize = (root) => {
    for (const time of root.querySelectorAll('time[datetime]:not([title])')) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) {
        time.title = time.textContent.trim();
        time.textContent = ('seconds' in time.dataset ? seconds : minutes).format(at);
      }
    }
  };

  /* A button to copy what is made to be pasted. */
  const addCopyButtons = (root) => {
    for (const code of root.querySelectorAll('.code:not(:has(button))')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'quiet copy';
      button.textContent = 'Copy';
      button.addEventListener('click', async () => {
        const text = code.querySelector('pre').textContent;
        try {
          await navigator.clipboard.writeText(text);
          button.textContent = 'Copied';
        } catch {
          getSelection().selectAllChildren(code.querySelector('pre'));
          button.textContent = 'Press Ctrl+C';
        }
        setTimeout(() => { button.textContent = 'Copy'; }, 2000);
      });
      code.append(button);
    }
  };

  const enhance = (root) => { localize(root); addCopyButtons(root); };

  /* Keys: / to search, j and k through rows, Enter opens one. */
  const typing = (target) => target.closest('input, textarea, select, [contenteditable]');
  const rows = () => [...document.querySelectorAll('[data-rows] tbody tr:has(a)')];
  const step = (by) => {
    const all = rows();
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(all.length - 1, Math.max(0, now + by))];
    next?.querySelector('a').focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) {
      return;
    }
    const act = {
      '/': () => document.querySelector('[data-search]')?.focus(),
      j: () => step(1),
      k: () => step(-1),
    }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  /* A form that was sent is not sent again by a second click. */
  document.addEventListener('submit', (event) => {
    if (event.target.method === 'post' && event.target.dataset.sent) {
      event.preventDefault();
    }
    event.target.dataset.sent = '1';
  });
  addEventListener('pageshow', () => {
    document.querySelectorAll('form[data-sent]').forEach((form) => delete form.dataset.sent);
  });

  /* The answer to a form that shows something once: a reload asks for the page, not for another. */
  const once = document.querySelector('[data-reload]');
  if (once) {
    history.replaceState(null, '', once.dataset.reload);
  }

  /*
   * A live page: [data-live] asks for itself now and then, and its parts with an id come with the
   * answer. What somebody has open, focused or selected stays as it is, hidden tabs and those that
   * nobody touched for long ask nothing.
   */
  const IDLE_AFTER = 30 * 60 * 1000;
  let touched = Date.now();
  const live = () => document.querySelector('[data-live]');
  const paused = (is) => {
    const note = document.querySelector('[data-paused]');
    if (note) {
      note.hidden = !is;
    }
  };
  for (const kind of ['pointerdown', 'keydown']) {
    document.addEventListener(kind, () => {
      const was = Date.now() - touched > IDLE_AFTER;
      touched = Date.now();
      if (was) {
        paused(false);
      }
    }, { passive: true });
  }
  document.addEventListener('htmx:beforeRequest', (event) => {
    if (event.target !== live()) {
      return;
    }
    const idle = Date.now() - touched > IDLE_AFTER;
    if (idle) {
      paused(true);
    }
    if (idle || document.hidden) {
      event.preventDefault();
    }
  });
  const inUse = (part) => {
    const selection = getSelection();
    const selected = selection && !selection.isCollapsed && selection.rangeCount > 0
      && selection.getRangeAt(0).intersectsNode(part);
    return selected || part.contains(document.activeElement)
      || part.querySelector('details[open]') !== null;
  };
  document.addEventListener('htmx:oobBeforeSwap', (event) => {
    if (inUse(event.detail.target)) {
      event.detail.shouldSwap = false;
    }
  });
  document.addEventListener('htmx:oobAfterSwap', (event) => enhance(event.detail.target));
  document.addEventListener('htmx:afterSwap', (event) => enhance(event.detail.target));
  document.addEventListener('htmx:load', (event) => enhance(event.detail.elt));
  /* Signed out meanwhile: the answer is a page, not a part. */
  document.addEventListener('htmx:beforeSwap', (event) => {
    const at = event.detail.xhr.responseURL;
    if (at && new URL(at).pathname.endsWith('/console/login')) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });

  enhance(document);
  document.querySelector('.side [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
})();
