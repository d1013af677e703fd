// What a project that installs the package gets: types under two compilers, and modules that a server may import.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { createSSRApp } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';

const WEB = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

const PROGRAM = `
import 'saywell-player/define.js';
import { SaywellPlayer } from 'saywell-player';
const player = document.querySelector('saywell-player')!;
const same: SaywellPlayer = player;
player.addEventListener('speecherror', ({ detail }) => detail.code.toUpperCase());
player.addEventListener('captionchange', ({ detail: { source: [from] } }) => from.toFixed());
player.addEventListener('saywell:listening', ({ detail: { what, heard } }) => what.toUpperCase() + heard.toFixed());
player.strings = { listen: 'Anhören' };
player.token = async (refused?: string) => (refused ? null : 'a token');
player.write('m1', 'Hello.');
void player.speakStream(['a'], { message: 'm2' });
// @ts-expect-error: there is no such event detail
same.addEventListener('speecherror', ({ detail }) => detail.nothing);
`;

/** The tag in JSX, by React's own names for it, and in Vue's templates. */
const TAGS = `
import 'saywell-player/define.js';
import type { SaywellPlayer } from 'saywell-player';
import type { GlobalComponents } from 'vue';
const player: { current: SaywellPlayer | null } = { current: null };
export const tag = <saywell-player ref={player} key="p" messages=".assistant" captions="" continuous="cut" speed={1.25} data-testid="p" />;
// @ts-expect-error: there is no such attribute
export const wrong = <saywell-player mesages=".assistant" />;
export const props: InstanceType<GlobalComponents['saywell-player']>['$props'] = { messages: '.assistant', captions: 'bar' };
// @ts-expect-error: nor such a value
props.theme = 'purple';
`;
/** As much of React's types as JSX needs: of 19, whose names are the module's, and of those before, whose names are everybody's. */
const REACTS = {
  19: `declare namespace React { namespace JSX { interface Element {} interface IntrinsicElements { div: {} } } }\nexport = React;\nexport as namespace React;\n`,
  18: `declare global { namespace JSX { interface Element {} interface IntrinsicElements { div: {} } } }\nexport {};\n`,
};
const RUNTIMES = {
  19: `import * as React from './index.js';\nexport namespace JSX { interface Element extends React.JSX.Element {} interface IntrinsicElements extends React.JSX.IntrinsicElements {} }\nexport function jsx(): JSX.Element;\n`,
  18: `import './index.js';\ntype All = globalThis.JSX.IntrinsicElements;\nexport namespace JSX { interface Element {} interface IntrinsicElements extends All {} }\nexport function jsx(): JSX.Element;\n`,
};

/** What a compiler says of a program in a project that has the package. @param {string} compiler @param {Record<string, string>} files  the program first @param {object} [options] */
async function compiled(compiler, files, options = {}) {
  const project = mkdtempSync(join(tmpdir(), 'saywell-consumer-'));
  try {
    const installed = join(project, 'node_modules/saywell-player');
    mkdirSync(installed, { recursive: true });
    // Not a link to it as a whole: what the package finds is what the project has installed.
    for (const part of ['package.json', 'elements.d.ts', 'types', 'wrappers', 'adapters']) cpSync(join(WEB, part), join(installed, part), { recursive: true });
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(project, path, '..'), { recursive: true });
      writeFileSync(join(project, path), text);
    }
    const compilerOptions = { noEmit: true, strict: true, target: 'es2022', module: 'nodenext', lib: ['es2023', 'dom', 'dom.iterable'], types: [], ...options };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(files).slice(0, 1) }));
    const { stdout } = await run(process.execPath, [join(WEB, `node_modules/${compiler}/bin/tsc`), '--project', project], { cwd: project }).catch((error) => error);
    return stdout;
  } finally {
    rmSync(project, { recursive: true });
  }
}

for (const compiler of ['typescript', 'typescript-5']) {
  test(`the published types compile in a project with ${compiler}`, async () => {
    assert.equal(await compiled(compiler, { 'program.ts': PROGRAM }), '');
  });

  for (const version of /** @type {const} */ ([18, 19])) {
    test(`the tag is known in JSX, as React ${version} names it, and to Vue, with ${compiler}`, async () => {
      const files = {
        'program.tsx': TAGS,
        'node_modules/react/package.json': '{"name":"react","types":"index.d.ts","exports":{".":{"types":"./index.d.ts"},"./jsx-runtime":{"types":"./jsx-runtime.d.ts"}}}',
        'node_modules/react/index.d.ts': REACTS[version],
        'node_modules/react/jsx-runtime.d.ts': RUNTIMES[version],
        'node_modules/vue/package.json': '{"name":"vue","types":"index.d.ts"}',
        'node_modules/vue/index.d.ts': 'export interface GlobalComponents {}\n',
      };
      assert.equal(await compiled(compiler, files, { jsx: 'react-jsx' }), '');
    });
  }
}

test('the package can be published: not private, with its licences, its readme and its proof of origin', async () => {
  const about = JSON.parse(readFileSync(join(WEB, 'package.json'), 'utf8'));
  assert.equal(about.private, undefined);
  assert.deepEqual(about.publishConfig, { access: 'public', provenance: true });
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: WEB });
  const paths = JSON.parse(stdout)[0].files.map((/** @type {{ path: string }} */ { path }) => path);
  for (const path of ['LICENSE-MIT', 'LICENSE-APACHE', 'README.md', 'define.js', 'elements.d.ts', 'words-de-button.js', 'types/saywell-player.d.ts', 'wrappers/vue.js', 'adapters/ai-sdk.js']) assert.ok(paths.includes(path), path);
  assert.ok(!paths.some((/** @type {string} */ path) => /^(test|demo|admin|node_modules)\//.test(path)), 'nothing of the tests');
  for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) assert.equal(readFileSync(join(WEB, name), 'utf8'), readFileSync(join(WEB, '..', name), 'utf8'), name);
});

test('on a server, importing does nothing, and the wrappers render the element', async () => {
  const { SaywellPlayer: InReact } = await import('../../wrappers/react.js');
  const { SaywellPlayer: InVue } = await import('../../wrappers/vue.js');
  assert.equal(renderToString(createElement(/** @type {any} */ (InReact), { messages: '.reply', continuous: true, captions: false, onSpeechEnd: () => {} })), '<saywell-player messages=".reply" continuous=""></saywell-player>');
  assert.equal(await renderVue(createSSRApp(/** @type {any} */ (InVue), { messages: '.reply', captions: 'bar' })), '<saywell-player messages=".reply" captions="bar"></saywell-player>');
  assert.equal(globalThis.customElements, undefined);
});
