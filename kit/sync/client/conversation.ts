/** What a client needs only where there is a server: a guest's page never loads it. */
export { aheadOf } from './ahead.ts';
export { Session } from './session.ts';
