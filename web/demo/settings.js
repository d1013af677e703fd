// What a visitor chooses. The player remembers what is its own business; the theme of the page is remembered here.

/** @typedef {import('../saywell-player.js').SaywellPlayer} SaywellPlayer */

const KEPT_AS = 'saywell-demo-theme';
const THEMES = /** @type {const} */ (['system', 'light', 'dark']);

/** Which of the player's choices each button of the page turns on and off. */
const CHOICES = /** @type {const} */ ({ captions: 'words', continuous: 'continuous' });

/**
 * Brings the buttons, the page and the player in line with what is chosen, now and at every press, here or in the player.
 *
 * @param {SaywellPlayer} player
 */
export function applySettings(player) {
  for (const [name, choice] of /** @type {[keyof typeof CHOICES, 'words' | 'continuous'][]} */ (Object.entries(CHOICES))) {
    const show = () => button(name).setAttribute('aria-pressed', String(player.choices[choice]));
    button(name).addEventListener('click', () => player.choose(choice));
    player.addEventListener('choicechange', show);
    show();
  }
  let theme = remembered();
  const show = () => {
    document.documentElement.dataset.theme = theme;
    if (theme === 'system') player.removeAttribute('theme');
    else player.setAttribute('theme', theme);
    button('theme').setAttribute('aria-label', `Theme: ${theme}`);
    button('theme').title = `Theme: ${theme}`;
  };
  button('theme').addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
    show();
    remember(theme);
  });
  show();
}

/** @param {string} name @returns {HTMLButtonElement} */
function button(name) {
  const found = document.querySelector(`[data-setting=${name}]`);
  if (!(found instanceof HTMLButtonElement)) throw new Error(`the page has no setting ${name}`);
  return found;
}

/** @returns {typeof THEMES[number]} */
function remembered() {
  try {
    const kept = localStorage.getItem(KEPT_AS);
    return THEMES.find((theme) => theme === kept) ?? 'system';
  } catch {
    return 'system';
  }
}

/** @param {string} theme */
function remember(theme) {
  try {
    localStorage.setItem(KEPT_AS, theme);
  } catch {
    // Storage is off; the choice lasts as long as the page.
  }
}
