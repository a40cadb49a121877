import { own, type Status } from '../row.ts';

interface Stated<Name extends string, App extends string> {
	readonly name: Name;
	readonly port: number;
	readonly app: App;
	readonly description: string;
	/** Besides mana-auth and mana-sync, which every one of them needs. */
	readonly needs?: readonly string[];
	readonly status?: Status;
	readonly decision?: string;
}

/** An app's compute server: it lives in the app's folder and reads the app's records, and writes what it derives among them. */
function appServer<const Name extends string, const App extends string>({ app, needs = [], ...rest }: Stated<Name, App>) {
	return own({
		...rest,
		range: 'app-servers',
		owner: `apps/${app}`,
		runtime: 'Hono/Bun',
		needs: ['mana-auth', 'mana-sync', ...needs],
		// Programs know a record by the names of its tags, and may bring new ones.
		reads: [`${app}/*`, 'shared/tags'],
		writes: [`${app}/*`, 'shared/tags'],
	});
}

export const appServers = [
	appServer({ name: 'chat-server', port: 3030, app: 'chat', description: 'AI chat, streaming, spaces', needs: ['mana-llm'] }),
	appServer({
		name: 'todo-server',
		port: 3031,
		app: 'todo',
		description: 'RRULE expansion, reminders',
		needs: ['mana-notify', 'mana-user'],
		status: 'running',
	}),
	appServer({
		name: 'calendar-server',
		port: 3032,
		app: 'calendar',
		description: 'CalDAV sync, Google Calendar, notifications',
		needs: ['mana-notify', 'mana-user'],
		status: 'running',
	}),
	appServer({
		name: 'contacts-server',
		port: 3033,
		app: 'contacts',
		description: 'CardDAV, Google Contacts, vCard import/export, reminders of birthdays',
		needs: ['mana-notify', 'mana-user'],
		status: 'running',
	}),
	appServer({
		name: 'storage-server',
		port: 3034,
		app: 'storage',
		description: 'S3 file ops, versioning, shares',
		needs: ['mana-media'],
	}),
	appServer({
		name: 'picture-server',
		port: 3035,
		app: 'picture',
		description: 'Replicate AI, generation orchestration',
		needs: ['mana-media', 'mana-image-gen'],
	}),
	appServer({ name: 'cards-server', port: 3036, app: 'cards', description: 'AI card generation', needs: ['mana-llm'] }),
	appServer({
		name: 'mukke-server',
		port: 3037,
		app: 'mukke',
		description: 'Audio processing, BPM, ID3 tags',
		needs: ['mana-media'],
	}),
	appServer({
		name: 'nutriphi-server',
		port: 3038,
		app: 'nutriphi',
		description: 'Gemini meal analysis',
		needs: ['mana-media', 'mana-llm'],
	}),
	appServer({
		name: 'planta-server',
		port: 3039,
		app: 'planta',
		description: 'Gemini plant analysis',
		needs: ['mana-media', 'mana-llm'],
	}),
	appServer({ name: 'presi-server', port: 3040, app: 'presi', description: 'Share links' }),
] as const;
