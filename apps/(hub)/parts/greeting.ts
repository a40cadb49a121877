import { m } from '@mana/ui/i18n';

/** A greeting for the hour (0–23), with the first name when there is one. */
export function greeting(hour: number, name: string): string {
	const part = hour < 5 ? 'night' : hour < 11 ? 'morning' : hour < 18 ? 'day' : 'evening';
	const words = {
		night: [m.hub_good_night, m.hub_good_night_name],
		morning: [m.hub_good_morning, m.hub_good_morning_name],
		day: [m.hub_good_day, m.hub_good_day_name],
		evening: [m.hub_good_evening, m.hub_good_evening_name],
	} as const;
	const [plain, named] = words[part];
	return name === '' ? plain() : named({ name });
}
