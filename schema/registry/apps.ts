// Generated from schema/ by `npm run mana -- ports generate`. Not edited by hand.
import type { AppManifest } from '@mana/ui/shell/manifest';
import { app as todo } from '../../apps/todo/app.ts';
import { app as calendar } from '../../apps/calendar/app.ts';
import { app as clock } from '../../apps/clock/app.ts';
import { app as contacts } from '../../apps/contacts/app.ts';

/** The manifest of every app that exists. */
export const apps: readonly AppManifest[] = [todo, calendar, clock, contacts];
