import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const WEB = fileURLToPath(new URL('../../', import.meta.url));

test('the declarations are those of the modules: `npm run types` makes them', () => {
  const fresh = mkdtempSync(join(tmpdir(), 'saywell-types-'));
  try {
    // Not `.bin/tsc`: there are two compilers, and npm links either.
    const tsc = join(WEB, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, '--project', join(WEB, 'tsconfig.types.json'), '--outDir', fresh]);
    const kept = join(WEB, 'types');
    assert.deepEqual(readdirSync(kept).sort(), readdirSync(fresh).sort());
    for (const name of readdirSync(fresh)) {
      assert.equal(readFileSync(join(kept, name), 'utf8'), readFileSync(join(fresh, name), 'utf8'), name);
    }
  } finally {
    rmSync(fresh, { recursive: true });
  }
});
