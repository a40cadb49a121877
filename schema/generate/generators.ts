import { caddy } from './caddy.ts';
import { compose } from './compose.ts';
import { drift } from './drift.ts';
import { env } from './env.ts';
import type { Generator } from './generator.ts';
import { kubernetes } from './kubernetes.ts';
import { launchd } from './launchd.ts';
import { listing } from './listing.ts';
import { nftables } from './nftables.ts';
import { nginx } from './nginx.ts';
import { trustedOrigins } from './origins.ts';
import { pf } from './pf.ts';
import { planSchema } from './plan-schema.ts';
import { portDocument } from './port-document.ts';
import { prometheus } from './prometheus.ts';
import { registry } from './registry.ts';
import { systemd } from './systemd.ts';
import { tunnel } from './tunnel.ts';
import { windowsFirewall } from './windows-firewall.ts';
import { windowsTasks } from './windows-tasks.ts';

/** Everything that is made from the schema. Another kind of file is another file beside these, and a line here. */
export const generators: readonly Generator[] = [
	registry,
	listing,
	planSchema,
	env,
	drift,
	trustedOrigins,
	prometheus,
	caddy,
	nginx,
	tunnel,
	nftables,
	pf,
	windowsFirewall,
	portDocument,
	compose,
	kubernetes,
	systemd,
	launchd,
	windowsTasks,
];
