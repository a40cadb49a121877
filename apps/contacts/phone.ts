/**
 * A telephone number in the form in which two spellings of one number are equal: as in E.164 (`+351912345678`) where the country is in it or
 * known, else its bare digits. Extensions are left out: they lead to the same house.
 *
 * @param region ISO 3166 code of where somebody writes numbers without a country; `null`: not known
 */
export function phoneKey(number: string, region: string | null): string {
	const text = number
		.trim()
		.replace(/^tel:/i, '')
		.replace(/(?:;ext=|,|\b(?:ext|x|app|durchwahl|dw)\.?\s*|#)\s*\d{1,6}\s*$/i, '');
	const national = text.replaceAll(/\(0\)/g, '').replaceAll(/[^\d+]/g, '');
	const digits = national.replaceAll('+', '');
	if (national.startsWith('+')) return `+${digits}`;
	if (digits.startsWith('00')) return `+${digits.slice(2)}`;
	const [code, trunk] = (region === null ? undefined : REGIONS[region.toUpperCase()]) ?? [];
	if (code === undefined || trunk === undefined) return digits;
	if (code === '1') return digits.startsWith('011') ? `+${digits.slice(3)}` : nanp(digits);
	// Numbers of offices and helplines that nobody calls from abroad.
	if (digits.length < 6) return digits;
	return trunk !== '' && digits.startsWith(trunk) ? `+${code}${digits.slice(trunk.length)}` : `+${code}${digits}`;
}

function nanp(digits: string): string {
	if (digits.length === 11 && digits.startsWith('1')) return `+${digits}`;
	return digits.length === 10 ? `+1${digits}` : digits;
}

/** Whether two keys are of one number, also where one of them does not say the country. */
export function samePhone(a: string, b: string): boolean {
	if (a === b) return a.length >= 3;
	const [short, long] = a.startsWith('+') ? [b, a] : [a, b];
	if (short.startsWith('+') || !long.startsWith('+')) return false;
	const national = short.replace(/^0/, '');
	return national.length >= 7 && long.endsWith(national);
}

/** Country calling code (ITU-T E.164, list of 2016) and trunk prefix that falls away behind it. Italy keeps its zero. */
const REGIONS: Readonly<Record<string, readonly [code: string, trunk: string]>> = {
	AE: ['971', '0'],
	AR: ['54', '0'],
	AT: ['43', '0'],
	AU: ['61', '0'],
	BA: ['387', '0'],
	BE: ['32', '0'],
	BG: ['359', '0'],
	BR: ['55', '0'],
	CA: ['1', '1'],
	CH: ['41', '0'],
	CL: ['56', ''],
	CN: ['86', '0'],
	CO: ['57', ''],
	CY: ['357', ''],
	CZ: ['420', ''],
	DE: ['49', '0'],
	DK: ['45', ''],
	EE: ['372', ''],
	EG: ['20', '0'],
	ES: ['34', ''],
	FI: ['358', '0'],
	FR: ['33', '0'],
	GB: ['44', '0'],
	GR: ['30', ''],
	HK: ['852', ''],
	HR: ['385', '0'],
	HU: ['36', '06'],
	ID: ['62', '0'],
	IE: ['353', '0'],
	IL: ['972', '0'],
	IN: ['91', '0'],
	IS: ['354', ''],
	IT: ['39', ''],
	JP: ['81', '0'],
	KE: ['254', '0'],
	KR: ['82', '0'],
	LI: ['423', ''],
	LT: ['370', '0'],
	LU: ['352', ''],
	LV: ['371', ''],
	MA: ['212', '0'],
	MT: ['356', ''],
	MX: ['52', ''],
	MY: ['60', '0'],
	NG: ['234', '0'],
	NL: ['31', '0'],
	NO: ['47', ''],
	NZ: ['64', '0'],
	PE: ['51', '0'],
	PH: ['63', '0'],
	PL: ['48', ''],
	PT: ['351', ''],
	RO: ['40', '0'],
	RS: ['381', '0'],
	RU: ['7', '8'],
	SA: ['966', '0'],
	SE: ['46', '0'],
	SG: ['65', ''],
	SI: ['386', '0'],
	SK: ['421', '0'],
	TH: ['66', '0'],
	TR: ['90', '0'],
	TW: ['886', '0'],
	UA: ['380', '0'],
	US: ['1', '1'],
	VN: ['84', '0'],
	ZA: ['27', '0'],
};
