/**
 * The port schema: the one place that knows a port. Pure data and pure functions; it imports nothing from outside.
 * Beside it stand `@mana/schema/offsets` (an offset for a second copy), `@mana/schema/registry/models` and `…/apps` (generated).
 */
export { browserRefusedPorts, ephemeralSpans } from './browser-refused.ts';
export { checkPlan, type Finding, type PlanFacts } from './check.ts';
export { checkOffset, shiftedPorts, type OffsetCheck } from './check-offset.ts';
export { asOf20260408, hostPlans, onThisMachine, planNamed, type Host, type HostPlan, type Placement } from './hosts.ts';
export { rangeNamed, rangeOf, ranges, spanText, within, type Range, type RangeName, type Span } from './ranges.ts';
export type { Door, Exposure, Kind, Port, Protocol, ServiceRow, Status } from './row.ts';
export { frontEnds, portOf, serviceNamed, services, type FrontEnd, type Service, type ServiceName } from './services.ts';
