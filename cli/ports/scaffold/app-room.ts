import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hues } from '@mana/ui/tokens/sizes';
import type { Newcomer, RoomFile } from './newcomer.ts';

/** What an app's room says besides its row. */
export interface AppWords {
	/** The permanent number that its collections carry. */
	readonly number: number;
	/** What it is for, in German; the row says it in English. */
	readonly german: string;
}

/** The number after the highest that an app of this checkout has. */
export function nextAppNumber(root: string): number {
	const numbers = readdirSync(join(root, 'apps')).flatMap((app) => numberIn(root, app) ?? []);
	return Math.max(1, ...numbers) + 1;
}

/** What the files of an app that was scaffolded say; `null` where they are not there. */
export function wordsOf(root: string, app: string): AppWords | null {
	const number = numberIn(root, app);
	const file = join(root, 'apps', app, 'messages', 'de.json');
	if (number === null || !existsSync(file)) return null;
	const messages = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>>;
	return { number, german: messages[`${app}_purpose`] ?? '' };
}

function numberIn(root: string, app: string): number | null {
	const file = join(root, 'apps', app, 'app.ts');
	const found = existsSync(file) ? /^\tnumber: (\d+),$/m.exec(readFileSync(file, 'utf8')) : null;
	return found ? Number(found[1]) : null;
}

/** The room of a new app: one kind of record, a page that adds, shows and trashes them, and all words in both languages. */
export function appRoom({ id, owner, description }: Newcomer, { number, german }: AppWords): RoomFile[] {
	const name = id.charAt(0).toUpperCase() + id.slice(1);
	const english = {
		name,
		purpose: description,
		add: 'Add',
		new: 'New entry',
		remove: 'Move to trash',
		empty: 'Nothing here yet',
		empty_body: 'Write the first entry above.',
	};
	const deutsch = {
		name,
		purpose: german,
		add: 'Hinzufügen',
		new: 'Neuer Eintrag',
		remove: 'In den Papierkorb',
		empty: 'Noch nichts hier',
		empty_body: 'Schreib oben den ersten Eintrag.',
	};
	return [
		{ path: `${owner}/model.ts`, text: modelText(id, number) },
		{ path: `${owner}/app.ts`, text: appText(id, number) },
		{ path: `${owner}/+page.svelte`, text: pageText(id) },
		{ path: `${owner}/messages/en.json`, text: messagesText(id, english) },
		{ path: `${owner}/messages/de.json`, text: messagesText(id, deutsch) },
	];
}

function modelText(id: string, number: number): string {
	return `import { collection, field, type Row } from '@mana/model';

/** The app's permanent number: collection numbers on the wire start with it. */
const app = ${number};

export const entries = collection('${id}/entries', { app, number: 1 }, { title: field.text(1, { fallback: '', max: 500 }) });

export type Entry = Row<typeof entries>;
`;
}

/** A hue of the table, whose contrast is proven: the app's own, or one of the others by its number. */
function hueOf(id: string, number: number): number {
	const all = Object.values(hues);
	return Object.entries(hues).find(([app]) => app === id)?.[1] ?? all[number % all.length] ?? hues.hub;
}

function appText(id: string, number: number): string {
	return `import { m } from '@mana/ui/i18n';
import type { AppManifest } from '@mana/ui/shell/manifest';

export const app: AppManifest = {
	id: '${id}',
	number: ${number},
	name: () => m.${id}_name(),
	purpose: () => m.${id}_purpose(),
	glyph: 'M5 5h14v14H5zM9 9.5h6M9 14.5h4',
	hue: ${hueOf(id, number)},
	places: [{ id: 'all', name: () => m.${id}_name(), href: '/${id}', icon: 'inbox' }],
};
`;
}

function pageText(id: string): string {
	return `<script lang="ts">
	import Trash from '@lucide/svelte/icons/trash-2';
	import Button from '@mana/ui/components/Button.svelte';
	import EmptyState from '@mana/ui/components/EmptyState.svelte';
	import IconButton from '@mana/ui/components/IconButton.svelte';
	import TextField from '@mana/ui/components/TextField.svelte';
	import { live } from '@mana/ui/data/live.svelte';
	import { useMana } from '@mana/ui/data/mana.svelte';
	import { m } from '@mana/ui/i18n';
	import AppFrame from '@mana/ui/shell/AppFrame.svelte';
	import Page from '@mana/ui/shell/Page.svelte';
	import { entries } from './model.ts';

	const mana = useMana();
	const found = live(() => mana.query(entries));
	let title = $state('');

	function add(event: SubmitEvent): void {
		event.preventDefault();
		const words = title.trim();
		if (words === '') return;
		mana.write(m.${id}_add(), (tx) => void tx.create(entries, { title: words }));
		title = '';
	}
</script>

<AppFrame label={m.${id}_name()}>
	<Page title={m.${id}_name()}>
		<form onsubmit={add}>
			<TextField label={m.${id}_new()} bind:value={title} maxlength={500} />
			<Button type="submit" kind="primary">{m.${id}_add()}</Button>
		</form>
		<ul aria-label={m.${id}_name()}>
			{#each found.rows as entry (entry.id)}
				<li>
					<span class="title">{entry.title}</span>
					<IconButton
						label={m.${id}_remove()}
						onclick={() => mana.write(m.${id}_remove(), (tx) => tx.trash(entries, entry.id))}
					>
						<Trash size={16} />
					</IconButton>
				</li>
			{/each}
		</ul>
		{#if found.rows.length === 0}<EmptyState title={m.${id}_empty()} text={m.${id}_empty_body()} />{/if}
	</Page>
</AppFrame>

<style>
	form {
		display: grid;
		gap: var(--space-3);
		max-inline-size: 32rem;
		justify-items: start;
	}

	li {
		display: flex;
		align-items: center;
		gap: var(--space-3);
		min-block-size: var(--row);
		border-block-end: var(--hairline) solid var(--line);
	}

	.title {
		flex: 1;
		min-inline-size: 0;
		overflow-wrap: anywhere;
	}
</style>
`;
}

function messagesText(id: string, words: Readonly<Record<string, string>>): string {
	const lines = Object.entries(words).map(([key, text]) => `\t${JSON.stringify(`${id}_${key}`)}: ${JSON.stringify(text)}`);
	return `{\n${lines.join(',\n')}\n}\n`;
}
