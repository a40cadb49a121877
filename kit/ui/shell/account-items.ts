import { goto } from '$app/navigation';
import CloudSync from '@lucide/svelte/icons/cloud-sync';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Languages from '@lucide/svelte/icons/languages';
import LogIn from '@lucide/svelte/icons/log-in';
import LogOut from '@lucide/svelte/icons/log-out';
import Settings from '@lucide/svelte/icons/settings';
import House from '@lucide/svelte/icons/house';
import Plus from '@lucide/svelte/icons/plus';
import Users from '@lucide/svelte/icons/users';
import UsersRound from '@lucide/svelte/icons/users-round';
import { spaceOf } from '@mana/sync/spaces';
import { AuthProblem } from '../session/auth.ts';
import { problemWords } from '../session/problem-words.ts';
import type { Session } from '../session/session.svelte.ts';
import { toast } from './toasts.svelte.ts';
import type { SpaceChoice } from '../data/spaces.svelte.ts';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import { locales, m } from '../i18n/index.ts';
import { language } from '../i18n/language.svelte.ts';
import type { HouseState } from './house.svelte.ts';
import { syncPage } from './hub.ts';
import { languageName } from './language-name.ts';
import type { MenuItem } from './menus.svelte.ts';
import { options } from '../preferences/chosen.ts';
import { preferences } from '../preferences/preferences.svelte.ts';

const themeWords = { system: () => m.theme_system(), light: () => m.theme_light(), dark: () => m.theme_dark() };

/** What belongs to who is here: language, look, keys, settings, coming and going. */
export function accountItems(house: HouseState, session: Session, choice: SpaceChoice): MenuItem[] {
	const signedIn = session.person !== null;
	const items = choice.mine.map((space) => ({
		name: space.name,
		space,
		checked: choice.chosen === spaceOf(space),
		run: () => void choice.choose(spaceOf(space)),
	}));
	const own = { name: m.space_own(), checked: choice.chosen === null, run: () => void choice.choose(null) };
	return [
		...(items.length > 0 ? [{ name: m.space_switch(), icon: Users, items: [own, ...items] }] : []),
		...(signedIn ? [{ name: m.spaces(), icon: House, run: () => void goto('/spaces') }] : []),
		{
			name: m.language(),
			icon: Languages,
			items: locales.map((locale) => ({
				name: languageName(locale),
				checked: language.current === locale,
				run: () => preferences.choose({ language: locale }),
			})),
		},
		{
			name: m.theme(),
			icon: SunMoon,
			items: options.theme.map((name) => ({
				name: themeWords[name](),
				checked: preferences.chosen.theme === name,
				run: () => preferences.choose({ theme: name }),
			})),
		},
		{ name: m.inspector(), icon: CloudSync, run: () => void goto(syncPage(house.appAt(location.pathname))) },
		{ name: m.shortcuts(), icon: Keyboard, shortcut: '?', run: () => house.show({ kind: 'shortcuts' }) },
		{ name: m.settings(), icon: Settings, run: () => void goto('/settings') },
		...(signedIn && session.impersonator === null ? [{ name: m.accounts(), icon: UsersRound, items: others(session) }] : []),
		signedIn
			? { name: m.sign_out(), icon: LogOut, separated: true, run: () => house.show({ kind: 'sign-out' }) }
			: { name: m.sign_in_or_up(), icon: LogIn, separated: true, run: () => void goto('/sign-in') },
	];
}

/** The accounts of this browser, and the way to one more. */
function others(session: Session): MenuItem[] {
	return [
		...(session.person ? [{ name: session.person.name, checked: true, run: () => undefined }] : []),
		...session.others.map(({ id, name, email }) => ({
			name: name === session.person?.name ? `${name} · ${email}` : name,
			checked: false,
			run: () => void told(() => session.goOnAs(id).then(() => goto('/'))),
		})),
		{
			name: m.accounts_add(),
			icon: Plus,
			separated: true,
			run: () => void told(() => session.keepBeside().then(() => goto('/sign-in?another'))),
		},
	];
}

/** Says why something did not happen. */
async function told(work: () => Promise<unknown>): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (!(error instanceof AuthProblem)) throw error;
		toast({ text: problemWords(error), tone: 'danger' });
	}
}
