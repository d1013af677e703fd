// Any page: messages laid out as they may be, in shadow roots, taken away, copied, or five hundred of
// them; two players; what is seen and what is not.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { page } from '../support/guide.js';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

const WORDS = 'The ferry leaves at nine in the morning. Bring a warm coat, because the wind is cold. Nobody will wait for you.';
/** Of one that is to be heard for as long as a test takes. */
const LONGER = `${WORDS} ${Array.from({ length: 5 }, (_, index) => `Boat number ${index + 1} follows an hour later, if the weather is as good as it is now.`).join(' ')}`;
const PLAYER = '<script type="module" src="/player/define.js"></script>';
const STYLE = `
.row { display: flex; gap: 8px; inline-size: 600px; overflow: hidden; } .row .face { inline-size: 32px; }
.grid { display: grid; grid-template-columns: 32px 1fr; inline-size: 600px; }
.narrow { inline-size: 140px; }
.far { block-size: 3000px; }
saywell-speaker { text-transform: uppercase; letter-spacing: 4px; }
`;
const LAYOUTS = `
<div class="assistant row" data-message-id="row"><span class="face">A</span><div><p>${LONGER}</p></div></div>
<div class="assistant grid" data-message-id="grid"><span class="face">A</span><div><p>${WORDS}</p></div></div>
<p>He said: <span class="assistant" data-message-id="inline">${WORDS}</span></p>
<div class="assistant narrow" data-message-id="narrow"><p>${WORDS}</p></div>
<table><tbody><tr class="assistant" data-message-id="table"><td>A</td><td>${WORDS}</td></tr></tbody></table>
<div class="assistant" data-message-id="actions"><p>${WORDS}</p><div><button type="button">Copy</button> <span data-saywell-place="icon"></span></div></div>
<div id="shadow"></div>
<div class="far"></div>`;
const UNSEEN = `<div class="assistant" data-message-id="odd">
<details><summary>Reasoning</summary><p>A secret thought.</p></details>
<span class="author">Saywell</span> <time>12:04</time> <span hidden>gone</span> <span class="cut">assistive</span> <button type="button">Copy</button>
<p data-saywell-skip>Not this.</p>
<p>Energy is <span class="katex"><span class="katex-mathml"><math><semantics><mi>E</mi><annotation encoding="application/x-tex">E=mc^2</annotation></semantics></math></span><span class="katex-html" aria-hidden="true">E=mc2</span></span> as known.</p>
<table><tbody><tr><th>Plan</th><th>Price</th></tr><tr><td>Team</td><td>9 euros</td></tr></tbody></table>
<img alt="A red boat" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">
</div>`;

/** @param {World} world */
export function anywhere(world) {
  const { driver, front } = world;
  const isChromium = world.engine.name === 'chromium';

  /** @param {string} body @param {() => Promise<void>} visit @param {string} [script] @param {string} [style] @param {RegExp} [expected] */
  const visiting = (body, visit, script = '', style = '', expected = undefined) => {
    front.pages.set('/test/anywhere.css', { text: `${STYLE} ${style} .cut { position: absolute; width: 1px; height: 1px; overflow: hidden; }`, type: '.css' });
    front.pages.set('/test/anywhere.js', { text: script, type: '.js' });
    front.pages.set('/test/anywhere.html', {
      text: page(`${body}<saywell-player messages=".assistant" captions></saywell-player>`, `<link rel="stylesheet" href="/test/anywhere.css">${PLAYER}<script type="module" src="/test/anywhere.js"></script>`),
    });
    return world.visiting('/test/anywhere.html', visit, expected && { expected });
  };
  const isBackOffered = () =>
    driver.run(() => {
      const { probe } = /** @type {Probe} */ (window);
      return [...probe.deep(document)].some((element) => element.matches('[part=return]') && probe.seen(element));
    });
  /** The controls that can be used: where they are, and whether nothing hides them. */
  const usable = () =>
    driver.run(() => {
      const { probe } = /** @type {Probe} */ (window);
      const stops = [...probe.deep(document)].filter((element) => element.matches('[part=stop]') && probe.seen(element));
      const stop = stops.find((element) => element.getRootNode().host.hasAttribute('docked')) ?? stops[0];
      const bar = stop?.closest('.bar');
      const box = bar?.getBoundingClientRect();
      const at = stop?.getBoundingClientRect();
      let top = at && document.elementFromPoint((at.left + at.right) / 2, (at.top + at.bottom) / 2);
      while (top?.shadowRoot) {
        const inner = top.shadowRoot.elementFromPoint((at.left + at.right) / 2, (at.top + at.bottom) / 2);
        if (!inner || inner === top) break;
        top = inner;
      }
      return { width: Math.round(box?.width ?? 0), height: Math.round(box?.height ?? 0), isOnTop: Boolean(stop && top && (stop === top || stop.contains(top))), docked: Boolean(stop?.getRootNode().host.hasAttribute('docked')) };
    });

  test('the speaker works in rows, grids, tables, narrow and inline messages, in a row of actions and in a shadow root', () =>
    visiting(
      LAYOUTS,
      async () => {
        await driver.run(() => {
          const root = /** @type {HTMLElement} */ (document.querySelector('#shadow')).attachShadow({ mode: 'open' });
          root.innerHTML = '<div class="assistant" data-message-id="shadow"><p>The ferry leaves at nine in the morning. Bring a warm coat, because the wind is cold. Nobody will wait for you.</p></div>';
          /** @type {Probe} */ (window).probe.player().observe(root);
        });
        const names = await driver.run(() => {
          const { probe } = /** @type {Probe} */ (window);
          const mains = () => [...probe.deep(document)].filter((element) => element.matches('.main') && probe.seen(element));
          return probe.until(() => mains().length >= 7 && mains().map(probe.nameOf), 'the speakers');
        });
        assert.equal(names.length, 7);
        assert.match(names[0], /^Listen: A ?The ferry leaves at nine/, 'the name says which message');
        /** @type {[string, boolean][]} */
        const cases = [['row', false], ['grid', false], ['inline', true], ['narrow', true], ['table', false], ['actions', true], ['shadow', false]];
        for (const [name, docked] of cases) {
          const press = await driver.run((name) => {
            const { probe } = /** @type {Probe} */ (window);
            const message = [...probe.deep(document)].find((element) => element.getAttribute('data-message-id') === name);
            const button = [...probe.deep(message)].find((element) => element.matches('.main'));
            button.scrollIntoView({ block: 'center' });
            return button;
          }, name);
          await driver.click(press);
          await world.until(async () => (await world.state()).status === 'playing', `sound of ${name}`);
          await world.until(async () => (await usable()).isOnTop, `controls of ${name}: ${JSON.stringify(await usable())}`);
          const { width, height, docked: isDocked } = await usable();
          assert.ok(width > 240 && height < 110, `${name}: ${width} × ${height}`);
          assert.equal(isDocked, docked, name);
          if (!docked) continue;
          // Who has scrolled a little has it in view still.
          await driver.run(() => {
            dispatchEvent(new Event('wheel'));
            /** @type {Probe} */ (window).probe.player().pause();
          });
          await world.reaches('paused');
          await world.until(async () => !(await isBackOffered()), `no way back to ${name}, which is in view`);
        }
        // Out of view, they are at the foot of the page; nobody is scrolled back.
        await driver.run(() => {
          /** @type {Probe} */ (window).probe.player().pause();
          scrollTo(0, 2500);
        });
        await world.until(async () => (await usable()).docked && (await isBackOffered()), 'the dock, with the way back');
        const scrolled = await driver.run(() => scrollY);
        await driver.run(() => new Promise((resolve) => setTimeout(resolve, 1200)));
        assert.equal(await driver.run(() => scrollY), scrolled);
        await world.findsNoBarrier('with the dock');
        await world.click('button', '^Back to what is read$');
        await world.until(() => driver.run((scrolled) => scrollY < scrolled - 500, scrolled), 'the way back');
      },
    ));

  test('a message that is taken away goes on, is known when it is back, and copies of speakers are dropped', () =>
    visiting(LAYOUTS, async () => {
      await world.listen(0);
      await world.heard(0.3);
      await driver.run(() => {
        const row = /** @type {HTMLElement} */ (document.querySelector('.row'));
        Object.assign(window, { kept: row.cloneNode(true) });
        row.remove();
      });
      await world.until(async () => (await usable()).docked, 'the dock');
      const { currentTime } = await world.audio();
      await world.heard(currentTime + 0.3);
      await driver.run(() => document.querySelector('h1')?.after(/** @type {any} */ (window).kept));
      await world.control('button', '^Pause$', 0);
      assert.equal(await driver.run(() => document.querySelector('.row')?.querySelectorAll('saywell-speaker').length), 1);
      await world.click('button', '^Pause$', 0);
      await world.reaches('paused');
    }));

  test('of two players one speaks, and any text is read', () =>
    visiting(LAYOUTS, async () => {
      await world.listen(0);
      await world.heard(0.2);
      await driver.run(() => {
        const second = document.createElement('saywell-player');
        second.id = 'second';
        second.lang = 'de';
        document.body.append(second);
        const { probe } = /** @type {Probe} */ (window);
        probe.both = [];
        second.addEventListener('statechange', () => probe.both.push([...document.querySelectorAll('saywell-player')].map((player) => /** @type {any} */ (player).state.status).join()));
        const typed = document.createElement('button');
        typed.textContent = 'Read this';
        typed.addEventListener('click', () => /** @type {any} */ (second).speakText('A notice of five words.'));
        document.querySelector('h1')?.after(typed);
      });
      await world.click('button', '^Read this$');
      await driver.until(() => /** @type {Probe} */ (window).probe.both.includes('paused,playing'), 'the second alone');
      await driver.until(() => /** @type {Probe} */ (window).probe.both.at(-1) === 'paused,ended', 'its end');
      assert.equal(await driver.run(() => /** @type {any} */ (document.querySelector('#second')).strings.listen), 'Anhören', 'in the language of the page');
    }));

  test('of the page only what is seen is read', () =>
    visiting(UNSEEN, async () => {
      await world.listen(0);
      await world.heard(0.1);
      const text = String(front.seen('POST', /^\/tts$/)[0]?.body.text);
      for (const unseen of ['secret', 'Reasoning', 'Saywell', '12:04', 'gone', 'assistive', 'Copy', 'Not this', 'E=mc2']) assert.ok(!text.includes(unseen), `“${unseen}” in ${text}`);
      assert.match(text, /Energy is \$E=mc\^2\$ as known\./);
      assert.match(text, /\| Plan \| Price \|\n\| --- \| --- \|\n\| Team \| 9 euros \|/);
      assert.match(text, /A red boat/);
    }));

  test('of a message that is written only what has changed is read, and what is read is what stands there', () =>
    visiting('<article class="assistant"></article>', async () => {
      const { short, long, wrong } = await driver.run(async () => {
        const [{ Drawing }, { drawnText }] = await Promise.all([import(/** @type {string} */ ('/player/drawing.js')), import(/** @type {string} */ ('/player/message-text.js'))]);
        const message = /** @type {HTMLElement} */ (document.querySelector('.assistant'));
        const drawing = new Drawing(message);
        const { checkVisibility } = Element.prototype;
        let looks = 0;
        Element.prototype.checkVisibility = function (options) {
          looks += 1;
          return checkVisibility.call(this, options);
        };
        /** How many elements are looked at for twenty words, with some blocks before them. @param {number} blocks */
        const readingOf = (blocks) => {
          while (message.children.length < blocks) message.insertAdjacentHTML('beforeend', '<p>Some <b>words</b> that <i>stay</i>.</p>');
          drawing.text;
          looks = 0;
          for (let words = 0; words < 20; words += 1) {
            message.lastElementChild?.append(' word');
            drawing.text;
          }
          return looks;
        };
        const [short, long] = [readingOf(5), readingOf(500)];
        Element.prototype.checkVisibility = checkVisibility;
        // Whatever a page does to it, by a generator that always does the same.
        let seed = 7;
        const upTo = (/** @type {number} */ end) => (seed = (seed * 48271) % 2147483647) % end;
        message.innerHTML = '<p>One.</p><ul><li>Two</li></ul>';
        for (let step = 0; step < 400; step += 1) {
          const all = [message, ...message.querySelectorAll('*')];
          const one = /** @type {HTMLElement} */ (all[upTo(all.length)]);
          const other = /** @type {HTMLElement} */ (all[upTo(all.length)]);
          const deeds = [
            () => one.append(` ${step}`),
            () => one.prepend(`${step} `),
            () => one.insertAdjacentHTML('beforeend', ['<p>Block</p>', '<b>bold</b>', '<ul><li>Item</li></ul>', '<pre>code</pre>', '<table><tr><td>Cell</td></tr></table>'][upTo(5)] ?? ''),
            () => one !== message && one.remove(),
            () => one !== message && !one.contains(other) && other.append(one),
            () => one !== message && one.before('before '),
            () => (one.hidden = !one.hidden),
            () => (one.style.display = one.style.display ? '' : 'none'),
            () => one.firstChild instanceof Text && (one.firstChild.data += '!'),
          ];
          deeds[upTo(deeds.length)]?.();
          if (upTo(3) > 0) continue;
          message.hidden = false;
          if (drawing.text !== drawnText(message)) return { short, long, wrong: `step ${step}: ${drawing.text}` };
        }
        drawing.leave();
        return { short, long, wrong: null };
      });
      assert.equal(wrong, null);
      assert.ok(long <= short * 1.2, `${short} elements looked at after five blocks, ${long} after five hundred`);
    }));

  /** A long message of short sentences, far apart. */
  const SPREAD = `<article class="assistant" data-message-id="spread">${Array.from({ length: 14 }, (_, index) => `<p class="apart">Boat number ${index + 1} is late.</p>`).join('')}</article><div class="far"></div>`;

  test('a reader who jumps away while the page still scrolls by itself is left there', () =>
    visiting(
      SPREAD,
      async () => {
        await world.listen(0);
        const jumped = await driver.run(async () => {
          const { probe } = /** @type {Probe} */ (window);
          const from = scrollY;
          await probe.until(() => scrollY < from - 20, 'the way to the first sentence');
          scrollTo({ top: 1e5, behavior: 'instant' });
          return scrollY;
        });
        // Each sentence might take them back.
        await world.heard(3.5);
        // The page has grown shorter where its controls have closed.
        assert.ok((await driver.run(() => scrollY)) > jumped - 200, `taken back from ${jumped}`);
      },
      '',
      '.apart { margin-block: 140px; }',
    ));

  const DARK = '#111';
  /** @type {[string, string, boolean][]} */
  const GROUNDS = [
    ['oklch, light', 'body { background: oklch(0.984 0.003 247.858); color: oklch(0.2 0.02 260); }', false],
    ['oklch, dark', 'body { background: oklch(0.2 0.02 260); color: #eee; }', true],
    ['a mixed colour, light', 'body { background: color-mix(in srgb, white 95%, black); color: #111; }', false],
    ['color(), dark', 'body { background: color(srgb 0.08 0.08 0.1); color: #eee; }', true],
    ['a gradient, dark', `html { background: white; } body { background: linear-gradient(${DARK}, #222); color: #eee; }`, true],
    ['a gradient, light', `html { background: ${DARK}; } body { background: linear-gradient(#fff, #eee); color: #111; }`, false],
    ['nothing but the scheme, dark', ':root { color-scheme: dark; }', true],
  ];
  test('a dark page is known as one, however its colours are written, and what goes wrong can be read on it', { timeout: 240_000 }, async () => {
    for (const [name, style, isDark] of GROUNDS) {
      await visiting(
        '<article class="assistant" data-message-id="m"><p>The ferry leaves at nine.</p></article>',
        async () => {
          front.rule = ({ path, method }) => (method === 'POST' && path === '/tts' ? { status: 413, json: { error: { code: 'text_too_long', message: 'long' } } } : null);
          await world.listen(0);
          await world.reaches('failed');
          await world.told('too long');
          const { dark, contrast } = await driver.run((ground) => {
            const { probe } = /** @type {Probe} */ (window);
            const speaker = document.querySelector('.assistant saywell-speaker');
            const problem = [...probe.deep(speaker?.shadowRoot)].find((element) => element.matches('.problem'));
            const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
            const luminance = (/** @type {string} */ colour) => {
              if (!canvas) return 0;
              canvas.fillStyle = colour;
              canvas.fillRect(0, 0, 1, 1);
              const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4));
              return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const [one = 0, other = 0] = [luminance(getComputedStyle(problem).color), luminance(ground)].sort((a, b) => b - a);
            return { dark: speaker?.hasAttribute('dark'), contrast: (one + 0.05) / (other + 0.05) };
          }, isDark ? '#222' : '#eee');
          assert.equal(dark, isDark, name);
          assert.ok(contrast >= 4.5, `${name}: the problem stands out by ${contrast.toFixed(2)} : 1`);
        },
        '',
        style,
        /Failed to load resource/,
      );
    }
  });

  test('messages in a frame have speakers like any other, are marked, and are found when they come later', () => {
    const inner = (/** @type {string} */ text) => `<!doctype html><html lang="en"><head><title>Inner</title></head><body>${text}</body></html>`;
    front.pages.set('/test/inner.html', { text: inner(`<article class="assistant" data-message-id="in"><p>${LONGER}</p></article>`), policy: "default-src 'self'" });
    front.pages.set('/test/anywhere.js', { text: '', type: '.js' });
    front.pages.set('/test/anywhere.css', { text: '', type: '.css' });
    front.pages.set('/test/framed.html', {
      text: page('<iframe title="Inner" src="/test/inner.html" width="700" height="400"></iframe><button id="go">Read what is in the frame</button><saywell-player messages=".assistant" captions></saywell-player>', PLAYER),
      policy: "default-src 'self'; img-src data:; media-src 'self' blob:; frame-src 'self'",
    });
    return world.visiting('/test/framed.html', async () => {
      await driver.run(async () => {
        const { probe } = /** @type {Probe} */ (window);
        const frame = /** @type {HTMLIFrameElement} */ (document.querySelector('iframe'));
        await probe.until(() => frame.contentDocument?.querySelector('.assistant'), 'the frame');
        const player = probe.player();
        player.observe(frame.contentDocument);
        await probe.until(() => frame.contentDocument?.querySelector('saywell-speaker'), 'a speaker in the frame');
        document.querySelector('#go')?.addEventListener('click', () => player.speak(frame.contentDocument?.querySelector('.assistant')));
      });
      await world.click('button', '^Read what is in the frame$');
      await world.heard(0.4);
      const seen = await driver.run(async () => {
        const { probe } = /** @type {Probe} */ (window);
        const frame = /** @type {HTMLIFrameElement} */ (document.querySelector('iframe'));
        const inner = /** @type {any} */ (frame.contentWindow);
        const speaker = inner.document.querySelector('saywell-speaker');
        const later = inner.document.createElement('article');
        later.className = 'assistant';
        later.textContent = 'One that came later.';
        inner.document.body.append(later);
        await probe.until(() => later.querySelector('saywell-speaker'), 'a speaker on what came later');
        return {
          icon: speaker.shadowRoot.querySelector('svg').getBoundingClientRect().height,
          word: [...(inner.CSS.highlights?.get('saywell-word') ?? [])].map(String).join(''),
          main: speaker.shadowRoot.querySelector('.main').getAttribute('aria-label'),
        };
      });
      assert.equal(seen.icon, 20, 'it looks as everywhere');
      assert.match(seen.word, /^[A-Z]?\w+/, 'the word is marked in the frame');
      assert.equal(seen.main, 'Pause');
      assert.equal(front.seen('POST', /^\/tts$/)[0]?.body.text, LONGER);
    });
  });

  test('a tap on a word in a shadow root goes there', () =>
    visiting('<div id="shadow"></div>', async () => {
      await driver.run((words) => {
        const root = /** @type {HTMLElement} */ (document.querySelector('#shadow')).attachShadow({ mode: 'open' });
        root.innerHTML = `<article class="assistant" data-message-id="s"><p>${words}</p></article>`;
        /** @type {Probe} */ (window).probe.player().observe(root);
      }, LONGER);
      await world.click('button', '^Listen');
      await world.heard(0.3);
      await driver.run(async () => {
        const { probe } = /** @type {Probe} */ (window);
        const paragraph = document.querySelector('#shadow')?.shadowRoot?.querySelector('p');
        const text = /** @type {Text} */ (paragraph?.firstChild);
        const range = new Range();
        const at = text.data.indexOf('number 4');
        range.setStart(text, at);
        range.setEnd(text, at + 6);
        const { left, top, width, height } = range.getBoundingClientRect();
        paragraph?.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, cancelable: true, clientX: left + width / 2, clientY: top + height / 2 }));
        const player = probe.player();
        await probe.until(() => {
          const { captions, position, status } = player.state;
          return status === 'playing' && /number 4/.test(captions.utterances.findLast((/** @type {any} */ { start }) => start <= position + 0.3)?.text ?? '');
        }, 'boat number 4');
      });
    }));

  const nested = world.engine.name === 'webkit' ? 'WebKitGTK does not tell that a message has left the view of a box that scrolls in the page' : false;
  test('the foot of the page is at the foot of the window and can be used, whatever the player stands in', { skip: nested }, async () => {
    const message = `<article class="assistant" data-message-id="m"><p>${LONGER}</p></article><div class="far"></div>`;
    const leaves = async (/** @type {string} */ scroller) => {
      await world.listen(0);
      await world.heard(0.3);
      await driver.run((scroller) => {
        dispatchEvent(new Event('wheel'));
        document.querySelector(scroller)?.scrollTo({ top: 1500, behavior: 'instant' });
      }, scroller);
      await world.until(async () => (await usable()).docked && (await usable()).isOnTop, 'the dock, where it can be used');
      const docked = () =>
        driver.run(() => {
          const { probe } = /** @type {Probe} */ (window);
          return [...probe.deep(document)].find((element) => element.matches('[part=stop]') && element.getRootNode().host.hasAttribute('docked'));
        });
      const below = await driver.run((stop) => innerHeight - /** @type {any} */ (stop).getBoundingClientRect().bottom, await docked());
      assert.ok(below > 0 && below < 60, `${below} pixels above the foot of the window`);
      await driver.click(await docked());
      await world.reaches('idle');
    };
    // What is transformed is what is fixed stands in.
    await visiting('', async () => {
      await driver.run((message) => {
        const moved = document.body.appendChild(document.createElement('div'));
        moved.className = 'moved';
        moved.innerHTML = message;
        moved.append(/** @type {Probe} */ (window).probe.player());
      }, message);
      await leaves('.moved');
    }, '', '.moved { block-size: 80vh; overflow: auto; transform: translateZ(0); }');
    await visiting(`<dialog><div class="within">${message}</div></dialog>`, async () => {
      await driver.run(() => document.querySelector('dialog')?.showModal());
      await leaves('.within');
      await driver.run(() => document.querySelector('dialog')?.close());
    }, '', '.within { block-size: 300px; overflow: auto; }');
  });

  test('a speaker is named by what its message shows, also when that has been written since', () =>
    visiting('<article class="assistant" data-message-id="m" aria-busy="true"><details><summary>Reasoning</summary>Secret thoughts of some length.</details></article>', async () => {
      const names = await driver.run(async () => {
        const { probe } = /** @type {Probe} */ (window);
        const name = () => probe.nameOf(probe.control('button', '^Listen', 0));
        const names = [probe.nameOf(await probe.awaitControl('button', '^Listen', 0))];
        const message = probe.messages()[0];
        const paragraph = document.createElement('p');
        message.append(paragraph);
        for (const word of 'The ferry leaves at nine in the morning. Bring a coat.'.split(' ')) {
          paragraph.append(`${word} `);
          await new Promise((later) => setTimeout(later, 20));
        }
        await probe.until(() => /ferry leaves/.test(name()), 'a name that grows');
        message.setAttribute('aria-busy', 'false');
        paragraph.textContent = 'The ferry is late.';
        await probe.until(() => /late/.test(name()), 'a name of what stands there now');
        return [...names, name()];
      });
      assert.deepEqual(names, ['Listen', 'Listen: The ferry is late.']);
    }));

  /** How often the page was laid out and styled until now, where the engine says so. @returns {Promise<any>} */
  const drawn = async () => {
    if (!isChromium) return null;
    await driver.vendor('/goog/cdp/execute', { cmd: 'Performance.enable', params: {} });
    const { metrics } = await driver.vendor('/goog/cdp/execute', { cmd: 'Performance.getMetrics', params: {} });
    return Object.fromEntries(metrics.map((/** @type {{ name: string, value: number }} */ { name, value }) => [name, value]));
  };

  test('five hundred messages cost little: nothing is built before it is needed', () =>
    visiting('<div id="list"></div>', async () => {
      await driver.run((words) => {
        const list = /** @type {HTMLElement} */ (document.querySelector('#list'));
        for (let index = 0; index < 500; index += 1) {
          const message = document.createElement('article');
          message.className = 'assistant';
          message.textContent = `${index + 1}. ${words}`;
          list.append(message);
        }
        const { probe } = /** @type {Probe} */ (window);
        return probe.until(() => document.querySelectorAll('saywell-speaker').length === 500, 'the speakers');
      }, WORDS);
      // What is written to one is nothing to the others.
      const looks = await driver.run(async () => {
        const { querySelector } = Element.prototype;
        let looks = 0;
        Element.prototype.querySelector = function (/** @type {string} */ selector) {
          looks += 1;
          return querySelector.call(this, selector);
        };
        for (let words = 0; words < 20; words += 1) {
          document.querySelectorAll('.assistant')[7]?.append(' and', document.createElement('b'));
          await new Promise((drawn) => requestAnimationFrame(drawn));
        }
        Element.prototype.querySelector = querySelector;
        return looks;
      });
      assert.ok(looks < 100, `looked ${looks} times for what is in messages, while one was written in 20 pieces`);
      await world.listen(499);
      await world.heard(0.3);
      const before = await drawn();
      const { built, writes, frames } = await driver.run(async () => {
        const { probe } = /** @type {Probe} */ (window);
        const speakers = [...document.querySelectorAll('saywell-speaker')];
        const built = [...probe.deep(document)].filter((element) => speakers.some((speaker) => element.getRootNode() === speaker.shadowRoot)).length;
        // What is written meanwhile, to speakers that have nothing to do with what is heard.
        let writes = 0;
        const observer = new MutationObserver((changes) => (writes += changes.length));
        for (const speaker of speakers.slice(0, 499)) observer.observe(/** @type {ShadowRoot} */ (speaker.shadowRoot), { subtree: true, childList: true, attributes: true, characterData: true });
        const { requestAnimationFrame } = window;
        let frames = 0;
        window.requestAnimationFrame = (draw) => ((frames += 1), requestAnimationFrame(draw));
        await new Promise((resolve) => setTimeout(resolve, 1000));
        window.requestAnimationFrame = requestAnimationFrame;
        return { built, writes, frames };
      });
      assert.ok(built < 500 * 8 + 120, `${built} elements in 500 speakers`);
      assert.equal(writes, 0);
      // Each frame has the engine go through the whole page, whether anything is drawn anew or not.
      assert.equal(frames, 0);
      // The page is laid out when something is told, a few times a second, and not with every frame.
      const after = await drawn();
      if (!before || !after) return;
      const [laidOut, styled, seconds] = [after.LayoutCount - before.LayoutCount, after.RecalcStyleCount - before.RecalcStyleCount, after.Timestamp - before.Timestamp];
      assert.ok(laidOut / seconds < 10 && styled / seconds < 10, `laid out ${laidOut} times, and styled ${styled} times, in ${seconds} s`);
    }));
}
