export { getLocale, getTag, loadWords, m } from './messages.ts';
export { type Locale, locales } from './locale.ts';
