/** Table of what stands in a `User-Agent` and what people call it; the first that fits counts. */
const browsers = [
	['Edg/', 'Edge'],
	['OPR/', 'Opera'],
	['Firefox/', 'Firefox'],
	['Chrome/', 'Chrome'],
	['Safari/', 'Safari'],
] as const;
const systems = [
	['iPhone', 'iPhone'],
	['iPad', 'iPad'],
	['Android', 'Android'],
	['Windows', 'Windows'],
	['Mac OS X', 'macOS'],
	['CrOS', 'ChromeOS'],
	['Linux', 'Linux'],
] as const;

/** A browser and its system as people call them, "Firefox · Linux"; `null` when neither is known. */
export function deviceName(agent: string): string | null {
	const names = [browsers, systems].map((table) => table.find(([sign]) => agent.includes(sign))?.[1]);
	return names.filter(Boolean).join(' · ') || null;
}
