export * from './day.ts';
export * from './phrase/index.ts';
export { speakAgo, speakDay, speakMoment, speakTime, speakWeekday, spellDate, spellDay } from './speak.ts';
