// What the speaker buttons say, in the order of languages.js, one a line.

/** @type {string} */
export const WORDS = `收听
暂停
继续
重新收听
收听其余部分
重试
点按收听
无法连接语音服务器。请检查网络后重试。`;
