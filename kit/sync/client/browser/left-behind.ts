import * as pure from '../left-behind.ts';
import { browserPlatform } from './platform.ts';

export type { Left, LeftSpace } from '../left-behind.ts';

/** Somebody's account is no more: this device keeps what was never sent, to be saved and dropped, and nothing else of theirs. */
export function leaveBehind(left: pure.Left, spaces: readonly pure.LeftSpace[]): Promise<void> {
	return pure.leaveBehind(left, spaces, browserPlatform());
}

/** What those left on this device whose accounts are no more. */
export function leftBehind(): pure.LeftBehind {
	return new pure.LeftBehind(browserPlatform());
}
