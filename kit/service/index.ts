export { addressFor, addressIn, addressOn, type Instance, listensAt, portIn } from './addresses.ts';
export type { Socket, SocketHandlers, Tls } from './bun.ts';
export { call, type CallOptions, client } from './client.ts';
export {
	ConfigError,
	type ConfigLine,
	type ConfigOf,
	type ConfigTable,
	type Environment,
	generatedSecret,
	readConfig,
	secret,
} from './config.ts';
export {
	defineService,
	type OpenService,
	type RunningService,
	type Service,
	type ServiceContext,
	type ServiceDefinition,
	type StartOptions,
} from './define.ts';
export { copyOf } from './copy.ts';
export { type Egress, type EgressOptions, isPublicAddress, openEgress, type OutboundAnswer } from './egress.ts';
export { describeInstance, readInstance } from './instance.ts';
export type { Limits } from './limits.ts';
export { type Holder, listeningSockets, type ListeningSocket } from './listeners.ts';
export { createLogger, type Logger } from './log.ts';
export { membershipLine, type MembershipLine, Memberships, type MembershipsOptions, STALE_AFTER_MS } from './memberships.ts';
export { followNeeds, needsReport, type NeedsReport } from './needs.ts';
export { type Addressee, type Message, type Notifier, type NotifierOptions, openNotifier } from './notifier.ts';
export { networkOf } from './network.ts';
export { holderOf, PortTakenError } from './port-holder.ts';
export { type Health, live, probe, type Probe } from './probe.ts';
export { type FieldProblem, invalidInput, Problem, problem, type ProblemInit, readProblem } from './problem.ts';
export { type RandomBytes, systemRandom } from './random.ts';
export { type Range, rangeOf } from './range.ts';
export { callerAddress, callerNetwork, isDirect, isForwarded, isLoopback, type ServiceEnv } from './request.ts';
export { answers, body, params, query } from './routes.ts';
export { runServices } from './run.ts';
export { SealBroken, type Sealing, sealingWith, serviceSealing } from './sealing.ts';
export { guardService, type ServiceIdentity, serviceIdentity } from './service-token.ts';
export { isHandshake, upgrade } from './socket.ts';
export { guard, type Person, roles, verifier, type VerifierOptions, type VerifyToken } from './token.ts';
export { version } from './version.ts';
export type { Whereabout, Whereabouts } from './whereabouts.ts';
