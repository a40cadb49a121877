import type { ServiceRow } from './row.ts';
import { services as allServices } from './services.ts';

const hub = 'mana-web';

/**
 * The services whose address a service may ask for: what it needs, what it calls besides, and for the hub everything of ours, to which it passes
 * on what browsers ask. Network policies, firewalls and settings let through exactly these; `kit/service` gives no other address.
 */
export function callsOf(row: ServiceRow, services: readonly ServiceRow[] = allServices): string[] {
	const passed = row.name === hub ? services.filter(({ kind }) => kind !== 'external').map(({ name }) => name) : [];
	return [...new Set([...row.needs, ...row.calls, ...passed])].filter((name) => name !== row.name);
}
