// Runs before anything of the page's own. It notes every complaint the page gives rise to, so that a
// test can say there was none; it takes away or stands in for what the address asks for; and it
// holds what tests ask of a page. A classic script: everything is on `window.probe`.
'use strict';

(() => {
  const wishes = new URLSearchParams(location.search);
  /** Longest that anything is waited for, in milliseconds. */
  const PATIENCE_MS = 20_000;
  const complaints = [];
  for (const level of ['error', 'warn']) {
    const log = console[level];
    console[level] = (...words) => {
      complaints.push(`console.${level}: ${words.join(' ')}`);
      log.apply(console, words);
    };
  }
  addEventListener('error', (event) => complaints.push(`error: ${event.message ?? event.target?.src}`), true);
  addEventListener('unhandledrejection', (event) => complaints.push(`rejection: ${event.reason}`));
  addEventListener('securitypolicyviolation', (event) =>
    complaints.push(`policy: ${event.effectiveDirective}: ${event.blockedURI}`),
  );

  const without = wishes.getAll('without');
  for (const name of without) Reflect.deleteProperty(window, name);
  if (wishes.has('saving')) Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  if (without.includes('highlights')) {
    Reflect.deleteProperty(CSS, 'highlights');
    Reflect.deleteProperty(window, 'Highlight');
  }
  if (without.includes('webm')) {
    for (const Media of [window.MediaSource, window.ManagedMediaSource]) {
      if (!Media) continue;
      const supported = Media.isTypeSupported.bind(Media);
      Media.isTypeSupported = (type) => !type.includes('webm') && supported(type);
    }
  }

  // A synthesiser whose every word is known: it takes 20 ms a word, and has the faults that are
  // asked for: `late` voices, a `silent` failure after the first word, none at all.
  const spoken = [];
  if (wishes.has('synthesiser')) {
    const kind = wishes.get('synthesiser');
    const voice = { name: 'Stand-in', lang: 'en-US', default: true, localService: true, voiceURI: 'stand-in' };
    let voices = kind === 'late' ? [] : [voice];
    class Utterance extends EventTarget {
      constructor(text = '') {
        super();
        Object.assign(this, { text, lang: '', voice: null, rate: 1, pitch: 1, volume: 1 });
      }
    }
    for (const type of ['start', 'end', 'error', 'boundary', 'pause', 'resume', 'mark']) {
      Object.defineProperty(Utterance.prototype, `on${type}`, {
        set(handler) {
          if (this[`_${type}`]) this.removeEventListener(type, this[`_${type}`]);
          this[`_${type}`] = handler;
          if (handler) this.addEventListener(type, handler);
        },
      });
    }
    class Synthesiser extends EventTarget {
      speaking = false;
      pending = false;
      paused = false;
      queue = [];
      timer = 0;
      getVoices() {
        return voices;
      }
      speak(utterance) {
        this.queue.push(utterance);
        if (!this.speaking) this.next();
      }
      next() {
        const utterance = this.queue.shift();
        this.speaking = utterance !== undefined;
        this.pending = this.queue.length > 0;
        if (!utterance) return;
        this.current = utterance;
        spoken.push({ text: utterance.text, rate: utterance.rate, lang: utterance.lang });
        const words = [...utterance.text.matchAll(/\S+/g)];
        let at = 0;
        const step = () => {
          if (this.paused) {
            this.timer = setTimeout(step, 20);
            return;
          }
          if (at === 0) tell(utterance, 'start', {});
          const word = words[at];
          at += 1;
          if (word) {
            tell(utterance, 'boundary', { name: 'word', charIndex: word.index, charLength: word[0].length });
            if (kind !== 'silent' || at < 2) this.timer = setTimeout(step, 20 / utterance.rate);
          } else {
            tell(utterance, 'end', {});
            this.next();
          }
        };
        this.timer = setTimeout(step, 20);
      }
      cancel() {
        clearTimeout(this.timer);
        const ended = [this.current, ...this.queue];
        this.queue = [];
        const was = this.speaking;
        this.speaking = this.pending = false;
        if (was) for (const utterance of ended) if (utterance) tell(utterance, 'error', { error: 'canceled' });
      }
      pause() {
        this.paused = true;
      }
      resume() {
        this.paused = false;
      }
    }
    const tell = (utterance, type, facts) => utterance.dispatchEvent(Object.assign(new Event(type), { utterance, ...facts }));
    const synthesiser = new Synthesiser();
    Object.defineProperty(synthesiser, 'onvoiceschanged', {
      set: (handler) => synthesiser.addEventListener('voiceschanged', handler),
    });
    Object.defineProperty(window, 'speechSynthesis', { value: synthesiser, configurable: true });
    Object.defineProperty(window, 'SpeechSynthesisUtterance', { value: Utterance, configurable: true });
    Object.defineProperty(window, 'SpeechSynthesisVoice', { value: Object, configurable: true });
    if (kind === 'late') {
      setTimeout(() => {
        voices = [voice];
        synthesiser.dispatchEvent(new Event('voiceschanged'));
      }, 300);
    }
  }

  // Ways to see what is in shadow roots, as a listener does.
  const deep = function* (root) {
    for (const element of root.querySelectorAll('*')) {
      yield element;
      if (element.shadowRoot) yield* deep(element.shadowRoot);
    }
  };
  const player = () => document.querySelector('saywell-player');
  const audio = () => player()?.shadowRoot?.querySelector('audio') ?? document.querySelector('audio');
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false });
  const nameOf = (element) => {
    const referred = element.getAttribute('aria-labelledby');
    const own = referred && element.getRootNode().getElementById?.(referred)?.textContent;
    const label = element.labels?.[0]?.textContent;
    return (element.getAttribute('aria-label') || own || label || element.textContent || element.title || '').replace(/\s+/g, ' ').trim();
  };
  const roots = { button: 'button, [role=button]', slider: 'input[type=range], [role=slider]', select: 'select', link: 'a[href]' };

  /** The visible control of a kind, with a name that matches, in a message (its index) or anywhere. */
  const control = (kind, name, message = null) => {
    const within = message === null ? document : messages().at(message);
    const pattern = new RegExp(name, 'i');
    const found = [...(within ? deep(within) : [])].filter((element) => element.matches(roots[kind] ?? kind) && seen(element));
    return found.find((element) => pattern.test(nameOf(element))) ?? null;
  };
  const messages = () => [...document.querySelectorAll(player()?.getAttribute('messages') || '.assistant')];

  /** Asks again and again until the answer is true, which it returns. */
  const until = async (ask, what) => {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await ask();
      if (answer) return answer;
      if (performance.now() > deadline) {
        const { currentTime, paused, readyState, error } = audio() ?? {};
        const state = { ...player()?.state, message: undefined, captions: undefined };
        const facts = JSON.stringify({ state, audio: { currentTime, paused, readyState, error: error?.message } });
        throw new Error(`waited in vain for ${what}: ${facts} ${complaints.join('; ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
  const marked = (name) => [...(CSS.highlights?.get(name) ?? [])].map(String).join('');

  /** From now on, when the page draws a frame, and which character of its text each mark begins at: `{ frames, marks }`. */
  const watchMarks = () => {
    const now = () => performance.timeOrigin + performance.now();
    const [frames, marks] = [[], []];
    const each = () => {
      frames.push(now());
      requestAnimationFrame(each);
    };
    requestAnimationFrame(each);
    const { highlights } = CSS;
    highlights.set = (name, highlight) => {
      const [range] = highlight;
      if (name === 'saywell-word') marks.push({ at: now(), from: range.startOffset, clock: audio().currentTime });
      return Object.getPrototypeOf(highlights).set.call(highlights, name, highlight);
    };
    window.probe.watched = { frames, marks };
  };

  /** What is told to the listener: every visible alert and status, joined. */
  const told = () =>
    [...deep(document)]
      .filter((element) => element.matches('[role=alert], [role=status]') && seen(element))
      .map((element) => element.textContent.trim())
      .join(' ');

  /** The element that has the keyboard, inside whatever shadow roots. */
  const focused = () => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element;
  };

  /** Whether one element holds another, through shadow roots. */
  const holds = (outer, inner) => {
    for (let at = inner; at; at = at.parentNode ?? at.host) if (at === outer) return true;
    return false;
  };
  /** What lies on top at a point, in whatever shadow root. */
  const topmost = (x, y) => {
    let found = document.elementFromPoint(x, y);
    for (;;) {
      const inner = found?.shadowRoot?.elementFromPoint(x, y);
      if (!inner || inner === found) return found;
      found = inner;
    }
  };
  const parentOf = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;
  const hidesOverflow = (style) => style.overflowX !== 'visible' || style.overflowY !== 'visible';

  /** The part of an element that is in view: what no ancestor that scrolls or cuts has hidden. */
  const inView = (element) => {
    let { left, top, right, bottom } = element.getBoundingClientRect();
    [left, top, right, bottom] = [Math.max(left, 0), Math.max(top, 0), Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
    for (let at = parentOf(element); at; at = parentOf(at)) {
      if (!hidesOverflow(getComputedStyle(at))) continue;
      const box = at.getBoundingClientRect();
      [left, top, right, bottom] = [Math.max(left, box.left), Math.max(top, box.top), Math.min(right, box.right), Math.min(bottom, box.bottom)];
    }
    return { left, top, right, bottom };
  };

  /** What is wrong with where things are, in words: things cut off, over the edge, or covered by others. */
  const layoutFaults = () => {
    const faults = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth} wide, its window ${clientWidth}`);
    const unseen = (element) => element.getBoundingClientRect().width <= 1;
    for (const element of deep(document)) {
      if (!seen(element) || unseen(element)) continue;
      const name = `${element.localName}.${element.className} “${nameOf(element).slice(0, 40)}”`;
      const style = getComputedStyle(element);
      const cuts = (style.overflowX === 'hidden' || style.overflowX === 'clip') && style.textOverflow !== 'ellipsis' && !element.matches('svg, input, option');
      if (cuts && element.scrollWidth > element.clientWidth + 1) faults.push(`${name} cuts ${element.scrollWidth - element.clientWidth} pixels off`);
      if (!element.matches('button, input, select, textarea, a[href]')) continue;
      const box = element.getBoundingClientRect();
      const { left, top, right, bottom } = inView(element);
      // Scrolled out, wholly or in part, is not covered.
      if (right - left < box.width - 1 || bottom - top < box.height - 1) continue;
      for (const [x, y] of [[(left + right) / 2, (top + bottom) / 2], [left + 4, (top + bottom) / 2], [right - 4, (top + bottom) / 2]]) {
        const top = topmost(x, y);
        // What is heard stays in view above the message it belongs to.
        const above = top?.getRootNode().host ?? top;
        if (top && !holds(element, top) && !holds(top, element) && !above.matches('saywell-speaker[active]') && !top.closest('.dock')) faults.push(`${name} is covered by ${top.localName}.${top.className}`);
      }
    }
    return [...new Set(faults)];
  };

  /** Where the keyboard is, and whether it can be seen that it is there. */
  const focusStop = () => {
    const element = focused();
    const drawn = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    // A field may show its focus by the box around it.
    const seen = [element, element.parentElement].some((at) => at && drawn(getComputedStyle(at)));
    return { name: `${element.localName} ${nameOf(element)}`, seen: element === document.body || seen, left: !document.hasFocus() };
  };

  window.probe = {
    layoutFaults,
    focusStop,
    told,
    focused,
    complaints,
    spoken,
    deep,
    player,
    audio,
    until,
    messages,
    control,
    marked,
    watchMarks,
    nameOf,
    seen,
    // What has ended meanwhile was heard as well.
    heard: (seconds) => until(() => (!audio().paused || audio().ended) && audio().currentTime > seconds, `sound after ${seconds} s`),
    reaches: (status) => until(() => player()?.state.status === status, `the state ${status}`),
    awaitControl: (kind, name, message = null) => until(() => control(kind, name, message), `the ${kind} “${name}” in message ${message}`),
  };
})();
