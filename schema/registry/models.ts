// Generated from schema/ by `npm run mana -- ports generate`. Not edited by hand.
import type { Collection } from '@mana/model';
import * as hub from '../../apps/(hub)/model.ts';
import * as calendar from '../../apps/calendar/model.ts';
import * as clock from '../../apps/clock/model.ts';
import * as contacts from '../../apps/contacts/model.ts';
import * as todo from '../../apps/todo/model.ts';
import * as shared from '../../kit/shared/model.ts';
import { collectionsIn } from './collect.ts';

/** The models by their room, for services that read records of apps. */
export { hub, calendar, clock, contacts, todo, shared };

/** Every collection that an app declares, in the order of its number. */
export const models: readonly Collection[] = collectionsIn([hub, calendar, clock, contacts, todo, shared]);

const byNumber = new Map(models.map((model) => [model.number, model]));

/** The collection that carries a number on the wire. */
export function collectionNumbered(number: number): Collection | undefined {
	return byNumber.get(number);
}
