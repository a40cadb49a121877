import { isZone, offsetAt } from '@mana/time/zone';
import { BadCalendar, type Component, parseCalendar } from './component.ts';
import { type ContentLine, nameOf, parameterOf } from './lines.ts';

/** What Windows and Outlook call zones, by CLDR's table (windowsZones.xml, territory 001). */
const windows: Readonly<Record<string, string>> = {
	'Dateline Standard Time': 'Etc/GMT+12',
	'UTC-11': 'Etc/GMT+11',
	'Aleutian Standard Time': 'America/Adak',
	'Hawaiian Standard Time': 'Pacific/Honolulu',
	'Marquesas Standard Time': 'Pacific/Marquesas',
	'Alaskan Standard Time': 'America/Anchorage',
	'UTC-09': 'Etc/GMT+9',
	'Pacific Standard Time (Mexico)': 'America/Tijuana',
	'UTC-08': 'Etc/GMT+8',
	'Pacific Standard Time': 'America/Los_Angeles',
	'US Mountain Standard Time': 'America/Phoenix',
	'Mountain Standard Time (Mexico)': 'America/Mazatlan',
	'Mountain Standard Time': 'America/Denver',
	'Yukon Standard Time': 'America/Whitehorse',
	'Central America Standard Time': 'America/Guatemala',
	'Central Standard Time': 'America/Chicago',
	'Easter Island Standard Time': 'Pacific/Easter',
	'Central Standard Time (Mexico)': 'America/Mexico_City',
	'Canada Central Standard Time': 'America/Regina',
	'SA Pacific Standard Time': 'America/Bogota',
	'Eastern Standard Time (Mexico)': 'America/Cancun',
	'Eastern Standard Time': 'America/New_York',
	'Haiti Standard Time': 'America/Port-au-Prince',
	'Cuba Standard Time': 'America/Havana',
	'US Eastern Standard Time': 'America/Indiana/Indianapolis',
	'Turks And Caicos Standard Time': 'America/Grand_Turk',
	'Paraguay Standard Time': 'America/Asuncion',
	'Atlantic Standard Time': 'America/Halifax',
	'Venezuela Standard Time': 'America/Caracas',
	'Central Brazilian Standard Time': 'America/Cuiaba',
	'SA Western Standard Time': 'America/La_Paz',
	'Pacific SA Standard Time': 'America/Santiago',
	'Newfoundland Standard Time': 'America/St_Johns',
	'Tocantins Standard Time': 'America/Araguaina',
	'E. South America Standard Time': 'America/Sao_Paulo',
	'SA Eastern Standard Time': 'America/Cayenne',
	'Argentina Standard Time': 'America/Argentina/Buenos_Aires',
	'Greenland Standard Time': 'America/Godthab',
	'Montevideo Standard Time': 'America/Montevideo',
	'Magallanes Standard Time': 'America/Punta_Arenas',
	'Saint Pierre Standard Time': 'America/Miquelon',
	'Bahia Standard Time': 'America/Bahia',
	'UTC-02': 'Etc/GMT+2',
	'Azores Standard Time': 'Atlantic/Azores',
	'Cape Verde Standard Time': 'Atlantic/Cape_Verde',
	UTC: 'UTC',
	'Coordinated Universal Time': 'UTC',
	'GMT Standard Time': 'Europe/London',
	'Greenwich Standard Time': 'Atlantic/Reykjavik',
	'Sao Tome Standard Time': 'Africa/Sao_Tome',
	'Morocco Standard Time': 'Africa/Casablanca',
	'W. Europe Standard Time': 'Europe/Berlin',
	'Central Europe Standard Time': 'Europe/Budapest',
	'Romance Standard Time': 'Europe/Paris',
	'Central European Standard Time': 'Europe/Warsaw',
	'W. Central Africa Standard Time': 'Africa/Lagos',
	'Jordan Standard Time': 'Asia/Amman',
	'GTB Standard Time': 'Europe/Bucharest',
	'Middle East Standard Time': 'Asia/Beirut',
	'Egypt Standard Time': 'Africa/Cairo',
	'E. Europe Standard Time': 'Europe/Chisinau',
	'Syria Standard Time': 'Asia/Damascus',
	'West Bank Standard Time': 'Asia/Hebron',
	'South Africa Standard Time': 'Africa/Johannesburg',
	'FLE Standard Time': 'Europe/Kiev',
	'Israel Standard Time': 'Asia/Jerusalem',
	'South Sudan Standard Time': 'Africa/Juba',
	'Kaliningrad Standard Time': 'Europe/Kaliningrad',
	'Sudan Standard Time': 'Africa/Khartoum',
	'Libya Standard Time': 'Africa/Tripoli',
	'Namibia Standard Time': 'Africa/Windhoek',
	'Arabic Standard Time': 'Asia/Baghdad',
	'Turkey Standard Time': 'Europe/Istanbul',
	'Arab Standard Time': 'Asia/Riyadh',
	'Belarus Standard Time': 'Europe/Minsk',
	'Russian Standard Time': 'Europe/Moscow',
	'E. Africa Standard Time': 'Africa/Nairobi',
	'Iran Standard Time': 'Asia/Tehran',
	'Arabian Standard Time': 'Asia/Dubai',
	'Astrakhan Standard Time': 'Europe/Astrakhan',
	'Azerbaijan Standard Time': 'Asia/Baku',
	'Russia Time Zone 3': 'Europe/Samara',
	'Mauritius Standard Time': 'Indian/Mauritius',
	'Saratov Standard Time': 'Europe/Saratov',
	'Georgian Standard Time': 'Asia/Tbilisi',
	'Volgograd Standard Time': 'Europe/Volgograd',
	'Caucasus Standard Time': 'Asia/Yerevan',
	'Afghanistan Standard Time': 'Asia/Kabul',
	'West Asia Standard Time': 'Asia/Tashkent',
	'Ekaterinburg Standard Time': 'Asia/Yekaterinburg',
	'Pakistan Standard Time': 'Asia/Karachi',
	'Qyzylorda Standard Time': 'Asia/Qyzylorda',
	'India Standard Time': 'Asia/Kolkata',
	'Sri Lanka Standard Time': 'Asia/Colombo',
	'Nepal Standard Time': 'Asia/Katmandu',
	'Central Asia Standard Time': 'Asia/Bishkek',
	'Bangladesh Standard Time': 'Asia/Dhaka',
	'Omsk Standard Time': 'Asia/Omsk',
	'Myanmar Standard Time': 'Asia/Rangoon',
	'SE Asia Standard Time': 'Asia/Bangkok',
	'Altai Standard Time': 'Asia/Barnaul',
	'W. Mongolia Standard Time': 'Asia/Hovd',
	'North Asia Standard Time': 'Asia/Krasnoyarsk',
	'N. Central Asia Standard Time': 'Asia/Novosibirsk',
	'Tomsk Standard Time': 'Asia/Tomsk',
	'China Standard Time': 'Asia/Shanghai',
	'North Asia East Standard Time': 'Asia/Irkutsk',
	'Singapore Standard Time': 'Asia/Singapore',
	'W. Australia Standard Time': 'Australia/Perth',
	'Taipei Standard Time': 'Asia/Taipei',
	'Ulaanbaatar Standard Time': 'Asia/Ulaanbaatar',
	'Aus Central W. Standard Time': 'Australia/Eucla',
	'Transbaikal Standard Time': 'Asia/Chita',
	'Tokyo Standard Time': 'Asia/Tokyo',
	'North Korea Standard Time': 'Asia/Pyongyang',
	'Korea Standard Time': 'Asia/Seoul',
	'Yakutsk Standard Time': 'Asia/Yakutsk',
	'Cen. Australia Standard Time': 'Australia/Adelaide',
	'AUS Central Standard Time': 'Australia/Darwin',
	'E. Australia Standard Time': 'Australia/Brisbane',
	'AUS Eastern Standard Time': 'Australia/Sydney',
	'West Pacific Standard Time': 'Pacific/Port_Moresby',
	'Tasmania Standard Time': 'Australia/Hobart',
	'Vladivostok Standard Time': 'Asia/Vladivostok',
	'Lord Howe Standard Time': 'Australia/Lord_Howe',
	'Bougainville Standard Time': 'Pacific/Bougainville',
	'Russia Time Zone 10': 'Asia/Srednekolymsk',
	'Magadan Standard Time': 'Asia/Magadan',
	'Norfolk Standard Time': 'Pacific/Norfolk',
	'Sakhalin Standard Time': 'Asia/Sakhalin',
	'Central Pacific Standard Time': 'Pacific/Guadalcanal',
	'Russia Time Zone 11': 'Asia/Kamchatka',
	'New Zealand Standard Time': 'Pacific/Auckland',
	'UTC+12': 'Etc/GMT-12',
	'Fiji Standard Time': 'Pacific/Fiji',
	'Chatham Islands Standard Time': 'Pacific/Chatham',
	'UTC+13': 'Etc/GMT-13',
	'Tonga Standard Time': 'Pacific/Tongatapu',
	'Samoa Standard Time': 'Pacific/Apia',
	'Line Islands Standard Time': 'Pacific/Kiritimati',
};

/** The zone (IANA) that a TZID means; `null` when nobody can tell by its name. */
export function zoneNamed(name: string): string | null {
	const candidates = [
		name,
		name.split('/').slice(-2).join('/'),
		name.split('/').slice(-3).join('/'),
		windows[name.replace(/^"|"$/g, '')],
	];
	return candidates.find((candidate) => candidate !== undefined && candidate !== '' && isZone(candidate)) ?? null;
}

/** Zones that one thinks of first when only offsets are known. */
const likely = [
	'UTC',
	'Europe/London',
	'Europe/Berlin',
	'Europe/Athens',
	'Europe/Moscow',
	'America/New_York',
	'America/Chicago',
	'America/Denver',
	'America/Phoenix',
	'America/Los_Angeles',
	'America/Sao_Paulo',
	'Asia/Dubai',
	'Asia/Kolkata',
	'Asia/Shanghai',
	'Asia/Tokyo',
	'Australia/Sydney',
	'Pacific/Auckland',
];

/**
 * A calendar in which every zone has the name that IANA gives it: what a VTIMEZONE describes under a name of somebody's own is found by where
 * it says it is (X-LIC-LOCATION), else by a zone whose clocks stand the same in winter and in summer.
 *
 * @param year for which the clocks are compared
 */
export function withKnownZones(calendar: Component, year = 2025): Component {
	const named = new Map<string, string>();
	for (const timezone of calendar.components.filter(({ name }) => name === 'VTIMEZONE')) {
		const id = valueOf(timezone, 'TZID');
		if (id === undefined || zoneNamed(id) !== null) continue;
		const place = valueOf(timezone, 'X-LIC-LOCATION');
		const zone = (place === undefined ? null : zoneNamed(place)) ?? zoneLike(timezone, year);
		if (zone !== null) named.set(id, zone);
	}
	return named.size === 0 ? calendar : renamed(calendar, named);
}

/** The zone that a calendar with one VTIMEZONE is about; `null` where there is none, or none that anybody knows. */
export function zoneInCalendar(text: string): string | null {
	let calendar: Component;
	try {
		calendar = parseCalendar(new TextEncoder().encode(text));
	} catch (error) {
		if (error instanceof BadCalendar) return null;
		throw error;
	}
	const timezones = calendar.components.filter(({ name }) => name === 'VTIMEZONE');
	const id = timezones[0] && valueOf(timezones[0], 'TZID');
	if (timezones.length !== 1 || id === undefined) return null;
	const probe: Component = {
		name: 'X',
		lines: [{ name: 'X', parameters: [{ name: 'TZID', values: [id] }], value: '' }],
		components: [],
	};
	const known = withKnownZones({ ...calendar, components: [timezones[0]!, probe] }).components[1]!;
	return zoneNamed(parameterOf(known.lines[0]!, 'TZID') ?? '');
}

function renamed(component: Component, named: ReadonlyMap<string, string>): Component {
	if (component.name === 'VTIMEZONE') return component;
	const line = (one: ContentLine): ContentLine => {
		const zone = named.get(parameterOf(one, 'TZID') ?? '');
		if (zone === undefined) return one;
		return {
			...one,
			parameters: one.parameters.map((p) => (p.name.toUpperCase() === 'TZID' ? { name: p.name, values: [zone] } : p)),
		};
	};
	return { ...component, lines: component.lines.map(line), components: component.components.map((one) => renamed(one, named)) };
}

/** A zone whose clocks stand as the newest rules of a VTIMEZONE say. */
function zoneLike(timezone: Component, year: number): string | null {
	const offset = (kind: string): number | null => {
		const rules = timezone.components.filter(({ name }) => name === kind);
		const newest = rules.toSorted((a, b) => (valueOf(a, 'DTSTART') ?? '').localeCompare(valueOf(b, 'DTSTART') ?? '')).at(-1);
		const match = /^([+-])(\d\d)(\d\d)/.exec((newest && valueOf(newest, 'TZOFFSETTO')) ?? '');
		return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000 : null;
	};
	const standard = offset('STANDARD') ?? offset('DAYLIGHT');
	if (standard === null) return null;
	const wanted = [standard, offset('DAYLIGHT') ?? standard].toSorted((a, b) => a - b);
	const moments = [Date.UTC(year, 0, 15), Date.UTC(year, 6, 15)];
	const fits = (zone: string) => {
		const stands = moments.map((at) => offsetAt(zone, at)).toSorted((a, b) => a - b);
		return stands[0] === wanted[0] && stands[1] === wanted[1];
	};
	return likely.find(fits) ?? Intl.supportedValuesOf('timeZone').find(fits) ?? null;
}

function valueOf(component: Component, name: string): string | undefined {
	return component.lines.find((line) => nameOf(line) === name)?.value.trim();
}
