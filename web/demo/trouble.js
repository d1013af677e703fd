// The error playground: stands between the player and the gateway, and lets the replies of one room
// meet the problems they are about. Every other request passes.

/** What the gateway says, for each of its codes. @type {Record<string, { status: number, wait?: number }>} */
const REFUSALS = {
  overloaded: { status: 503, wait: 5 },
  quota_exceeded: { status: 429 },
  trial_exhausted: { status: 429 },
  text_too_long: { status: 413 },
  providers_exhausted: { status: 503 },
};

/** How much sound arrives before the connection breaks, in bytes: about three seconds. */
const HEARD_BYTES = 9_000;

/** How a message's name tells what is to happen to it. */
export const TROUBLED = 'trouble:';

export function makeTrouble() {
  const fetch = globalThis.fetch.bind(globalThis);
  /** Sound that is to break off, by its address without the signature. @type {Set<string>} */
  const breaking = new Set();
  /** Messages that have had their trouble; the next attempt works. @type {Set<string>} */
  const over = new Set();

  globalThis.fetch = async (input, init) => {
    const address = new URL(input instanceof Request ? input.url : input, document.baseURI);
    const asked = init?.method === 'POST' && typeof init.body === 'string' ? read(init.body) : null;
    const [kind] = asked?.startsWith(TROUBLED) ? asked.slice(TROUBLED.length).split('#') : [];
    if (!asked || !kind || over.has(asked)) {
      const response = await fetch(input, init);
      return breaking.delete(address.pathname) ? broken(response) : response;
    }
    if (kind === 'offline') {
      over.add(asked);
      throw new TypeError('There is no network.');
    }
    if (kind === 'interrupted') {
      over.add(asked);
      const response = await fetch(input, init);
      const answer = await response.clone().json().catch(() => null);
      if (typeof answer?.url === 'string') breaking.add(new URL(answer.url, address).pathname);
      return response;
    }
    const { status, wait } = REFUSALS[kind] ?? { status: 400 };
    if (wait !== undefined) setTimeout(() => over.add(asked), wait * 1000);
    const error = { code: kind, message: kind, type: 'made_up', param: null, request_id: 'demo', ...(wait && { retry_after_seconds: wait }) };
    return Response.json({ error }, { status });
  };
}

/** @param {string} body @returns {string | null} */
function read(body) {
  try {
    return JSON.parse(body).message_id ?? null;
  } catch {
    return null;
  }
}

/** @param {Response} response */
function broken(response) {
  let left = HEARD_BYTES;
  const cut = new TransformStream({
    transform(/** @type {Uint8Array} */ piece, controller) {
      controller.enqueue(piece.subarray(0, left));
      left -= piece.length;
      if (left <= 0) controller.error(new TypeError('The connection broke off.'));
    },
  });
  return new Response(response.body?.pipeThrough(cut) ?? null, response);
}
