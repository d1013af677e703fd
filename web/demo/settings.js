// What a visitor chooses, remembered on this device.

const KEPT_AS = 'saywell-demo';
const THEMES = /** @type {const} */ (['system', 'light', 'dark']);

/** @typedef {{ captions: boolean, continuous: boolean, theme: typeof THEMES[number] }} Settings */

/** @type {Settings} */
const DEFAULTS = { captions: true, continuous: false, theme: 'system' };

/**
 * Brings the buttons, the page and the player in line with what is chosen, now and at every press.
 *
 * @param {Element} player
 */
export function applySettings(player) {
  const settings = remembered();
  const show = () => {
    document.documentElement.dataset.theme = settings.theme;
    if (settings.theme === 'system') player.removeAttribute('theme');
    else player.setAttribute('theme', settings.theme);
    for (const name of /** @type {const} */ (['captions', 'continuous'])) {
      player.toggleAttribute(name, settings[name]);
      button(name).setAttribute('aria-pressed', String(settings[name]));
    }
    button('theme').setAttribute('aria-label', `Theme: ${settings.theme}`);
    button('theme').title = `Theme: ${settings.theme}`;
  };
  /** @param {() => void} change */
  const onPress = (change) => () => {
    change();
    show();
    remember(settings);
  };
  button('captions').addEventListener('click', onPress(() => (settings.captions = !settings.captions)));
  button('continuous').addEventListener('click', onPress(() => (settings.continuous = !settings.continuous)));
  button('theme').addEventListener(
    'click',
    onPress(() => (settings.theme = THEMES[(THEMES.indexOf(settings.theme) + 1) % THEMES.length] ?? 'system')),
  );
  show();
}

/** @param {keyof Settings} name @returns {HTMLButtonElement} */
function button(name) {
  const found = document.querySelector(`[data-setting=${name}]`);
  if (!(found instanceof HTMLButtonElement)) throw new Error(`the page has no setting ${name}`);
  return found;
}

/** @returns {Settings} */
function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT_AS) ?? '{}');
    return {
      captions: typeof kept.captions === 'boolean' ? kept.captions : DEFAULTS.captions,
      continuous: typeof kept.continuous === 'boolean' ? kept.continuous : DEFAULTS.continuous,
      theme: THEMES.includes(kept.theme) ? kept.theme : DEFAULTS.theme,
    };
  } catch {
    return { ...DEFAULTS };
  }
}

/** @param {Settings} settings */
function remember(settings) {
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify(settings));
  } catch {
    // Storage is off; the choice lasts as long as the page.
  }
}
