// The part of the page that is in the browser: a preview of the chosen video, what is going on, and errors.
(() => {
  const MEGABYTE = 2 ** 20;
  const element = (id) => document.getElementById(id);
  let address = null;

  const say = (text) => { element('state').textContent = text; };

  // Errors and answers of the last video go away.
  const clear = (answers = '.answer') => {
    element('problem').replaceChildren();
    document.querySelectorAll(answers).forEach((answer) => { answer.hidden = true; });
  };

  const complain = (text) => {
    const line = document.createElement('p');
    line.className = 'problem';
    line.textContent = text;
    element('problem').replaceChildren(line);
    say('');
  };

  const show = (source, name) => {
    const video = element('preview');
    element('chosen').hidden = false;
    element('name').textContent = name;
    video.hidden = false;
    video.setAttribute('aria-label', `Preview of ${name}`);
    video.onerror = () => {
      video.hidden = true;
      element('name').textContent = `${name} (this browser cannot play it)`;
    };
    if (address) URL.revokeObjectURL(address);
    address = source.startsWith('blob:') ? source : null;
    video.src = source;
  };

  const choose = (file, event) => {
    if (!file) return;
    clear();
    show(URL.createObjectURL(file), file.name);
    const most = Number(element('chosen').dataset.megabytes);
    if (file.size <= most * MEGABYTE) {
      say(`Processing ${file.name} …`);
      return;
    }
    event.stopImmediatePropagation();
    event.preventDefault();
    if (event.target.matches('input')) event.target.value = '';
    complain(`${file.name} has ${(file.size / MEGABYTE).toFixed(1)} MB, but at most ${most} MB are accepted. ` +
      'Please choose a part of it.');
  };

  const chooseExample = () => {
    const name = element('chosen').dataset.example;
    clear();
    show('example', name);
    say(`Processing ${name} …`);
  };

  const draw = () => {
    clear('#drawn .answer');
    say('Drawing …');
  };

  document.addEventListener('click', (event) => {
    if (event.target.closest('#example')) chooseExample();
    if (event.target.closest('#draw')) draw();
  }, true);
  document.addEventListener('change', (event) => {
    if (event.target.matches('input[type=file]')) choose(event.target.files[0], event);
  }, true);
  document.addEventListener('drop', (event) => {
    if (event.target.closest('.drop')) choose(event.dataTransfer.files[0], event);
  }, true);

  // What Gradio shows for a few seconds stays until the next video.
  const keepToasts = () => {
    for (const toast of document.querySelectorAll('[data-testid=toast-body]')) {
      const text = toast.querySelector('[data-testid=toast-text]')?.textContent.trim();
      if (!text || toast.dataset.kept) continue;
      toast.dataset.kept = 'yes';
      complain(text);
      toast.querySelector('[data-testid=toast-close]')?.click();
    }
  };

  // Answers are announced; all errors are in one place, whichever tab is open.
  const numbers = new WeakMap();
  const announce = () => {
    for (const fresh of document.querySelectorAll('.fresh')) {
      if (numbers.get(fresh) === fresh.dataset.number) continue;
      numbers.set(fresh, fresh.dataset.number);
      const answer = fresh.querySelector('.answer');
      if (answer?.classList.contains('error')) {
        answer.hidden = true;
        complain(answer.textContent);
      } else {
        say(answer?.dataset.said ?? '');
      }
    }
  };

  const nameGroups = () => {
    for (const group of document.querySelectorAll('fieldset:not([aria-label])')) {
      const label = group.querySelector('[data-testid=block-info]')?.textContent.trim();
      if (label) group.setAttribute('aria-label', label);
    }
    // Gradio gives each radio button a name of its own: the arrow keys would not go from one to the next.
    for (const radio of document.querySelectorAll('fieldset[aria-label] input[type=radio]')) {
      const name = radio.closest('fieldset').getAttribute('aria-label');
      if (radio.name !== name) radio.name = name;
    }
  };

  new MutationObserver(() => { keepToasts(); announce(); nameGroups(); }).observe(
    document.documentElement, { childList: true, subtree: true, attributeFilter: ['data-number', 'name'] });
})();
