// What the speaker buttons say, in the order of languages.js, one a line.

/** @type {string} */
export const WORDS = `استمع
إيقاف مؤقت
متابعة
استمع مجددًا
استمع إلى البقية
أعد المحاولة
انقر للاستماع
تعذر الوصول إلى خادم الصوت. تحقق من الاتصال وأعد المحاولة.`;
