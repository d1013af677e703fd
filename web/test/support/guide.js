// What docs/EMBED.md gives to copy, made ready to run as it stands there.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { build } from 'esbuild';
import { compileScript, parse } from 'vue/compiler-sfc';

const run = promisify(execFile);
const guide = await readFile(new URL('../../../docs/EMBED.md', import.meta.url), 'utf8');

/** The strict policy. */
export const POLICY = /```\n(default-src .*)\n```/.exec(guide)?.[1] ?? '';

/** Whole pages, in order. */
export const PAGES = [...guide.matchAll(/```html\n(<!doctype html>.*?)```/gs)].map(([, page = '']) => page);

/**
 * The one piece of code in a language that the guide has under a heading.
 *
 * @param {string} heading
 * @param {string} language  as the fence names it
 */
export function piece(heading, language) {
  const [, section = ''] = new RegExp(`^## ${heading}\\n(.*?)(?=^## |$(?![\\s\\S]))`, 'ms').exec(guide) ?? [];
  const [, code] = new RegExp('```' + language + '\\n(.*?)```', 's').exec(section) ?? [];
  if (!code) throw new Error(`docs/EMBED.md has no ${language} under “${heading}”`);
  return code;
}

/**
 * A conversation in one of the frameworks, as one script.
 *
 * @param {'react' | 'vue'} framework
 * @returns {Promise<string>}
 */
export async function conversationIn(framework) {
  const entry = { react: 'react.jsx', vue: 'vue.js' }[framework];
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../pages/frameworks/${entry}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
    plugins: [{ name: 'guide', setup: (bundler) => void answerWithTheGuide(bundler) }],
  });
  return outputFiles[0]?.text ?? '';
}

/** Lets `guide:react` and `guide:vue` be imported. @param {import('esbuild').PluginBuild} bundler */
function answerWithTheGuide(bundler) {
  const resolveDir = fileURLToPath(new URL('../pages', import.meta.url));
  bundler.onResolve({ filter: /^guide:/ }, ({ path }) => ({ path, namespace: 'guide' }));
  bundler.onLoad({ filter: /react$/, namespace: 'guide' }, () => ({ contents: piece('React', 'jsx'), loader: 'jsx', resolveDir }));
  bundler.onLoad({ filter: /vue$/, namespace: 'guide' }, async () => {
    const { descriptor } = parse(piece('Vue', 'vue'));
    const compilerOptions = await vueOptions();
    const { content } = compileScript(descriptor, { id: 'guide', inlineTemplate: true, templateOptions: { compilerOptions } });
    return { contents: content, loader: 'js', resolveDir };
  });
}

/** What the guide's `vite.config.js` tells Vue's compiler: its plugin is put in place of by one that hands that over. */
async function vueOptions() {
  const config = piece('Vue', 'js').replace(/^import vue .*$/m, 'const vue = (options) => options;');
  const { default: vite } = await import(`data:text/javascript,${encodeURIComponent(config)}`);
  return vite.plugins[0].template.compilerOptions;
}

/**
 * The guide's template, rendered by Flask.
 *
 * @param {{ role: string, id: string, text: string, html: string }[]} messages
 * @returns {Promise<string>}
 */
export async function pageFromFlask(messages) {
  const program = `
import json, sys
from flask import Flask, render_template_string
from markupsafe import Markup
template, messages = json.load(sys.stdin)
app = Flask("chat")
app.config["SAYWELL_URL"] = ""
for message in messages:
    message["html"] = Markup(message["html"])
with app.app_context():
    print(render_template_string(template, messages=messages))
`;
  const rendering = run('python3', ['-c', program]);
  rendering.child.stdin?.end(JSON.stringify([piece('Flask and other templates', 'jinja'), messages]));
  return page((await rendering).stdout);
}

/** htmx, as its package brings it. */
export function htmx() {
  return readFile(createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js'), 'utf8');
}

/**
 * A page around some of the guide's code.
 *
 * @param {string} body
 * @param {string} [head]
 */
export function page(body, head = '') {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Chat</title>
    <link rel="icon" href="data:,">
    ${head}
  </head>
  <body><main><h1>Chat</h1>${body}</main></body>
</html>`;
}
