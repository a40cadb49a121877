export * from './day.ts';
export * from './phrase/index.ts';
export {
	capital,
	clockTag,
	format as formatDay,
	type Hours,
	speakAgo,
	speakDay,
	speakMinutes,
	speakMoment,
	speakTime,
	speakWeekday,
	spellDate,
	spellDay,
	spellDays,
} from './speak.ts';
