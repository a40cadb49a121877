export { m } from './generated/messages.js';
export { getLocale, type Locale, locales } from './generated/runtime.js';
