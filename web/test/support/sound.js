// A sound card that is a null sink, and an ear on it: what an engine plays is recorded as it would
// leave the loudspeaker, and measured.

import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ready, start } from './programs.js';

/** What the recorder takes, in samples a second; one channel. */
export const RATE = 24_000;
const SAMPLE_BYTES = 2;

/** @returns {Promise<{ env: Record<string, string>, ear: Ear, stop: () => Promise<void> }>} */
export async function startSound() {
  const folder = await mkdtemp(join(tmpdir(), 'saywell-sound-'));
  const socket = join(folder, 'native');
  const daemon = start(
    'pulseaudio',
    [
      '-n', '--daemonize=no', '--exit-idle-time=-1', '--disallow-exit', '--use-pid-file=no', '--realtime=no', '--high-priority=no',
      '-L', `module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
      '-L', 'module-null-sink sink_name=null rate=48000 channels=2',
    ],
    { env: { XDG_RUNTIME_DIR: folder, PULSE_RUNTIME_PATH: join(folder, 'rt'), HOME: folder } },
  );
  await ready(daemon, () => existsSync(socket));
  const env = { PULSE_SERVER: `unix:${socket}` };
  const recorder = start(
    'parec',
    ['-d', 'null.monitor', '--format=s16le', `--rate=${RATE}`, '--channels=1', '--latency-msec=20'],
    { env, output: true },
  );
  const ear = new Ear(/** @type {import('node:stream').Readable} */ (recorder.output));
  await ready(recorder, () => ear.heardSamples > 0);
  return {
    env,
    ear,
    stop: async () => {
      await recorder.stop();
      await daemon.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Everything that has sounded since the recorder began. */
export class Ear {
  /** Each with the byte it begins at. @type {{ at: number, part: Buffer }[]} */
  #parts = [];
  #bytes = 0;
  /** Milliseconds since 1970 at which the first sample sounded: the earliest that any part allows. */
  #begun = Infinity;

  /** @param {import('node:stream').Readable} stream */
  constructor(stream) {
    stream.on('data', (/** @type {Buffer} */ part) => {
      this.#parts.push({ at: this.#bytes, part });
      this.#bytes += part.length;
      this.#begun = Math.min(this.#begun, Date.now() - (this.#bytes / SAMPLE_BYTES / RATE) * 1000);
    });
  }

  get heardSamples() {
    return Math.floor(this.#bytes / SAMPLE_BYTES);
  }

  /** When a sample sounded, in milliseconds since 1970. @param {number} sample */
  timeOf(sample) {
    return this.#begun + (sample / RATE) * 1000;
  }

  /**
   * The sound from one sample on to now, -1 to 1.
   *
   * @param {number} from
   */
  since(from) {
    const begin = from * SAMPLE_BYTES;
    // Asked many times a second, of hours that nobody asks about any more: only what is asked for is put together.
    const first = Math.max(0, this.#parts.findLastIndex(({ at }) => at <= begin));
    const own = this.#parts.slice(first);
    const bytes = Buffer.concat(own.map(({ part }) => part));
    return samplesOf(bytes.subarray(begin - (own[0]?.at ?? 0), this.heardSamples * SAMPLE_BYTES - (own[0]?.at ?? 0)));
  }
}

/** @param {Buffer} bytes  16-bit little-endian */
export function samplesOf(bytes) {
  const samples = new Float32Array(Math.floor(bytes.length / SAMPLE_BYTES));
  for (let at = 0; at < samples.length; at += 1) samples[at] = bytes.readInt16LE(at * SAMPLE_BYTES) / 32768;
  return samples;
}

/** Milliseconds that one step of `loudness` covers. */
export const STEP_MS = 5;
const STEP = (RATE * STEP_MS) / 1000;

/**
 * Root mean square of each 5 ms.
 *
 * @param {Float32Array} samples
 */
export function loudness(samples) {
  const steps = new Float32Array(Math.floor(samples.length / STEP));
  for (let step = 0; step < steps.length; step += 1) {
    let power = 0;
    for (let at = step * STEP; at < (step + 1) * STEP; at += 1) power += (samples[at] ?? 0) ** 2;
    steps[step] = Math.sqrt(power / STEP);
  }
  return steps;
}

/**
 * The stretch that holds sound: its first and last step that are loud.
 *
 * @param {Float32Array} steps
 * @returns {[number, number]}
 */
export function sounding(steps) {
  const first = steps.findIndex((value) => value > AUDIBLE);
  const last = steps.findLastIndex((value) => value > AUDIBLE);
  return [first, last];
}

/** About -50 dBFS: above an encoder's noise, below any spoken sound. */
const AUDIBLE = 0.003;

/**
 * The quiet stretches between the first and the last sound, at least `least` milliseconds long.
 *
 * @param {Float32Array} steps
 * @param {number} least
 * @returns {{ at: number, ms: number }[]}  `at`: milliseconds from the first sound
 */
export function pauses(steps, least) {
  const [first, last] = sounding(steps);
  const found = [];
  let quiet = 0;
  for (let step = first; step <= last; step += 1) {
    if ((steps[step] ?? 0) <= AUDIBLE) {
      quiet += 1;
      continue;
    }
    if (quiet * STEP_MS >= least) found.push({ at: (step - quiet - first) * STEP_MS, ms: quiet * STEP_MS });
    quiet = 0;
  }
  return found;
}

/**
 * How alike two loudness curves are when the second is moved to where it fits best: 1 is the same.
 *
 * @param {Float32Array} wanted
 * @param {Float32Array} heard
 * @param {number} reach  how many steps it may be moved either way
 * @returns {{ likeness: number, shift: number }}
 */
export function compare(wanted, heard, reach) {
  let best = { likeness: -1, shift: 0 };
  for (let shift = -reach; shift <= reach; shift += 1) {
    let [both, a, b] = [0, 0, 0];
    for (let at = 0; at < wanted.length; at += 1) {
      const [x, y] = [wanted[at] ?? 0, heard[at + shift] ?? 0];
      both += x * y;
      a += x * x;
      b += y * y;
    }
    const likeness = both / Math.sqrt(a * b || 1);
    if (likeness > best.likeness) best = { likeness, shift };
  }
  return best;
}

/**
 * How much of a curve is loud, in seconds.
 *
 * @param {Float32Array} steps
 */
export function loudSeconds(steps) {
  return (steps.filter((value) => value > AUDIBLE).length * STEP_MS) / 1000;
}

/**
 * Where each of some pieces of sound is heard, one after the other, and how alike it is there.
 *
 * @param {Float32Array[]} pieces
 * @param {Float32Array} heard
 * @returns {{ at: number, likeness: number }[]}  `at`: the step it begins at
 */
export function placesOf(pieces, heard) {
  let from = 0;
  return pieces.map((piece) => {
    const rest = heard.subarray(from);
    const { likeness, shift } = compare(piece, rest, Math.max(0, rest.length - piece.length));
    const at = from + shift;
    from = Math.max(from, at + Math.floor(piece.length / 2));
    return { at, likeness };
  });
}

/**
 * The middle pitch of the voiced moments, in hertz, by autocorrelation.
 *
 * @param {Float32Array} samples
 */
export function pitch(samples) {
  const size = 960; // 40 ms
  /** @type {number[]} */
  const found = [];
  for (let from = 0; from + 2 * size < samples.length; from += size) {
    const energy = correlation(samples, from, size, 0);
    if (energy / size < 1e-4) continue;
    let [best, at] = [0, 0];
    for (let lag = Math.floor(RATE / 400); lag <= RATE / 90; lag += 1) {
      const later = correlation(samples, from + lag, size, 0);
      const value = correlation(samples, from, size, lag) / Math.sqrt(energy * later || 1);
      // An octave lower fits as well; the first that fits is the pitch.
      if (value > best + 0.03) [best, at] = [value, lag];
    }
    if (best > 0.7) found.push(RATE / at);
  }
  found.sort((a, b) => a - b);
  return found[Math.floor(found.length / 2)] ?? 0;
}

/**
 * @param {Float32Array} samples
 * @param {number} from
 * @param {number} size
 * @param {number} lag
 */
function correlation(samples, from, size, lag) {
  let sum = 0;
  for (let at = from; at < from + size; at += 1) sum += (samples[at] ?? 0) * (samples[at + lag] ?? 0);
  return sum;
}
