// The API under /admin/api, which is all that this page uses.

/**
 * @typedef {{ at: number, provider: string, currency: string, calls: number, failed: number, characters: number, seconds: number, cost: number }} Bucket
 * @typedef {{ provider: string, calls: number, p50_ms: number, p95_ms: number, p99_ms: number }} FirstSound
 * @typedef {{ cache: string, requests: number, p50_ms: number, p95_ms: number, p99_ms: number }} Waited
 * @typedef {{ name: string, enabled: boolean, paid: boolean, breaker: 'closed' | 'open' | 'probing', failures: number, retry_at: number | null, ends: { of: string, day: string, instead: string }[], too_slow: string | null }} Provider
 * @typedef {{ name: string, calls: number, characters: number, seconds: number, cost: number | null, currency: string }} Spender
 * @typedef {{ provider: string, voice: string, kind: string, entries: number, bytes: number, accesses: number }} Stored
 * @typedef {{ version: string, enabled: boolean, now: number, since: number, step_seconds: number, series: Bucket[], first_sound: FirstSound[],
 *   providers: Provider[], users: Spender[], rooms: Spender[],
 *   answers: { cache: Record<string, number>, errors: Record<string, number>, first_sound: Waited[] }, process: { flights: number },
 *   gateways: { name: string, version: string, started_at: number, flights: number, queue_seconds: number }[],
 *   cache: { renditions: number, clips: number, bytes: number, max_bytes: number, content: Stored[] } }} Overview
 * @typedef {{ name: string, requests: number, characters: number, sent_characters: number }} UsageLine
 * @typedef {{ kind: 'user' | 'room', id: string }} Subject
 * @typedef {{ since: number, lines: { error: string, requests: number, last_at: number }[] }} Refusals
 * @typedef {{ id: string, subject: Subject, unit: string, amount: number, expires_at: number }} Grant
 * @typedef {{ revision: number, enabled: boolean | null, provider_order: string[] | null, disabled_providers: string[],
 *   user_plans: Record<string, string>, room_plans: Record<string, string>, blocked_users: string[], blocked_rooms: string[],
 *   grants: Grant[] }} State
 * @typedef {{ enabled: boolean, chain: string[], providers: string[], plans: string[], state: State }} Controls
 * @typedef {{ name: string, provider: string, started: number, quarters: number[], finished: number, stopped: number, failed: number, median_stop: number | null, heard_seconds: number }} Listened
 * @typedef {{ enabled: boolean, by: 'voice' | 'room', since: string, until: string, lines: Listened[] }} ListeningReport
 * @typedef {{ id: number, at: number, who: string, action: string, details: Record<string, unknown> }} Entry
 * @typedef {{ entries: Entry[], next: number | null }} Audit
 * @typedef {{ id: string, name: string, scopes: string[], limits: Record<string, number>, created_at: number, expires_at: number | null, revoked_at: number | null }} Key
 */

/** Where the key of this visit is kept: gone with the tab. */
const KEPT = 'saywell-operator-key';

/** An answer that is an error. */
export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** @param {string} key */
export function signIn(key) {
  sessionStorage.setItem(KEPT, key);
}

export function signOut() {
  sessionStorage.removeItem(KEPT);
}

export const isSignedIn = () => sessionStorage.getItem(KEPT) !== null;

/**
 * @param {string} path
 * @param {{ method?: string, body?: unknown }} [options]
 * @returns {Promise<any>}
 */
async function ask(path, options) {
  return (await answer(path, 'application/json', options)).json().catch(() => null);
}

/**
 * @param {string} path
 * @param {string} accept
 * @param {{ method?: string, body?: unknown }} [options]
 */
async function answer(path, accept, { method = 'GET', body } = {}) {
  const key = sessionStorage.getItem(KEPT);
  /** @type {Record<string, string>} */
  const headers = { accept };
  if (key !== null) headers.authorization = `Bearer ${key}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  /** @type {RequestInit} */
  const request = { method, headers, signal: AbortSignal.timeout(20_000) };
  if (body !== undefined) request.body = JSON.stringify(body);
  const answer = await fetch(new URL(`admin/api/${path}`, document.baseURI), request);
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => null);
  throw new Refused(answer.status, said?.error?.message ?? `The server answered ${answer.status}.`);
}

/** @param {number} hours @returns {Promise<Overview>} */
export const overview = (hours) => ask(`overview?hours=${hours}`);

/** Sums of whole days. @param {string} since A day, like 2026-11-25. @returns {Promise<{ lines: UsageLine[] }>} */
export const usage = (since) => ask(`usage?by=day&since=${since}`);

/** The same for spreadsheets. @param {string} since */
export const usageAsCsv = async (since) => (await answer(`usage?by=day&since=${since}&format=csv`, 'text/csv')).blob();

/** @param {'voice' | 'room'} by @param {string} since A day, like 2026-11-25. @returns {Promise<ListeningReport>} */
export const listening = (by, since) => ask(`listening?by=${by}&since=${since}`);

/** @returns {Promise<Controls>} */
export const controls = () => ask('controls');

/** @param {Record<string, unknown>} change @returns {Promise<Controls>} */
export const change = (change) => ask('controls', { method: 'POST', body: change });

/** @param {Subject} subject @param {number} hours @returns {Promise<Refusals>} */
export const refusals = ({ kind, id }, hours) => ask(`refusals?${kind}=${encodeURIComponent(id)}&hours=${hours}`);

/** @param {number | null} before @returns {Promise<Audit>} */
export const audit = (before) => ask(before === null ? 'audit' : `audit?before=${before}`);

/** @param {Record<string, unknown>} what @returns {Promise<{ removed: number }>} */
export const purge = (what) => ask('cache/purge', { method: 'POST', body: what });

/** @returns {Promise<{ keys: Key[] }>} */
export const keys = () => ask('keys');

/** @param {Record<string, unknown>} wanted @returns {Promise<{ secret: string, key: Key }>} */
export const mint = (wanted) => ask('keys', { method: 'POST', body: wanted });

/** @param {string} id @returns {Promise<Key>} */
export const revoke = (id) => ask(`keys/${encodeURIComponent(id)}`, { method: 'DELETE' });
