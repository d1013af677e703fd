// What the speaker buttons say, in the order of languages.js, one a line.

/** @type {string} */
export const WORDS = `聞く
一時停止
再開
もう一度聞く
続きを聞く
再試行
タップして聞く
音声サーバーに接続できません。接続を確認して再試行してください。`;
