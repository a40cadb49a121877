export * from './day.ts';
export * from './phrase/index.ts';
export {
	capital,
	format as formatDay,
	speakAgo,
	speakDay,
	speakMinutes,
	speakMoment,
	speakTime,
	speakWeekday,
	spellDate,
	spellDay,
} from './speak.ts';
