/**
 * The port schema: the one place that knows a port. Pure data and pure functions; it imports nothing from outside.
 * Beside it stand `@mana/schema/offsets` (an offset for a second copy), `@mana/schema/registry/models` and `…/apps` (generated).
 */
export { callsOf } from './calls.ts';
export { browserRefusedPorts } from './browser-refused.ts';
export { checkPlan, type Finding, type PlanFacts } from './check.ts';
export { checkOffset, shiftedPorts, type OffsetCheck } from './check-offset.ts';
export { driftLines } from './drift-text.ts';
export { driftOf, stateOf, type Change, type State } from './drift.ts';
export { collide, holderName, holdingsOf, type Holding } from './holdings.ts';
export { mailKindNames, mailKinds, ownMailKinds, type MailKind, type MailKindName } from './mail-in.ts';
export { movesFrom, type Move, type MoveFacts } from './moves.ts';
export { freePorts, type FreePorts } from './free-ports.ts';
export { deploymentOf, type Deployed } from './deployment.ts';
export { hostEnvironment, publicOrigin, type HostEnvironment } from './host-environment.ts';
export { hostPlans, planNamed, type Host, type HostPlan, type Placement, type PublicName } from './plans.ts';
export { largestBodyBytes } from './public-door.ts';
export { origin, principles, type Principle } from './principles.ts';
export { rangeNamed, rangeOf, ranges, spanText, within, type Range, type RangeName, type Span } from './ranges.ts';
export {
	readyPath,
	declares,
	speaksHttp,
	transportOf,
	type Door,
	type Engine,
	type Exposure,
	type Family,
	type Kind,
	type Port,
	type Protocol,
	type ServiceRow,
	type Status,
	type Transport,
} from './row.ts';
export {
	formsFromElsewhere,
	frontEnds,
	portOf,
	serviceNamed,
	services,
	type FrontEnd,
	type Service,
	type ServiceName,
} from './services.ts';
export { ephemeralSpans, lastPort, systems, systemsOf, type Occupant, type System, type SystemName } from './systems.ts';
export {
	actsOf,
	type MessageAct,
	messageActs,
	isForOneself,
	topicNames,
	topics,
	type DataKind,
	type Topic,
	type TopicData,
	type TopicName,
	type TopicSender,
} from './topics.ts';
export { serviceVariable } from './variables.ts';
