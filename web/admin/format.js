// Numbers and times as an operator reads them.

const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const dateTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** @param {number} value */
export const count = (value) => (Math.abs(value) < 100_000 ? whole.format(Math.round(value)) : short.format(value));

/** @param {number} share Of 1. */
export const percent = (share) => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** @param {number} bytes */
export function bytes(bytes) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  for (; bytes >= 1024 && at < units.length - 1; at += 1) bytes /= 1024;
  return `${at === 0 || bytes >= 100 ? Math.round(bytes) : bytes.toFixed(1)} ${units[at]}`;
}

/** @param {number} seconds A length of time. */
export function length(seconds) {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = seconds / 60;
  if (minutes < 60) return `${minutes.toFixed(minutes < 10 ? 1 : 0)} min`;
  return `${(minutes / 60).toFixed(1)} h`;
}

/** @param {number} milliseconds */
export const milliseconds = (milliseconds) =>
  milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;

/**
 * @param {number} amount
 * @param {string} currency ISO 4217; empty for what costs nothing.
 */
export function money(amount, currency) {
  if (!currency) return 'free';
  const digits = amount > 0 && amount < 0.01 ? 4 : 2;
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount);
  } catch {
    // A currency of the operator's own making.
    return `${amount.toFixed(digits)} ${currency}`;
  }
}

/** The day of a moment, UTC, like 2026-11-25. @param {number} at Milliseconds since 1970. */
export const utcDay = (at) => new Date(at).toISOString().slice(0, 10);

/** @param {number} at Seconds since 1970. */
export const moment = (at) => dateTime.format(at * 1000);

/**
 * A time on the axis of a plot.
 *
 * @param {number} at Seconds since 1970.
 * @param {number} step Seconds.
 */
export const tick = (at, step) => (step >= 3 * 3600 ? day : clock).format(at * 1000);
