import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { factsOf, generatedFiles } from './generate/generate.ts';
import { colourLiterals, portLiterals } from './house/literals.ts';
import { readSources } from './house/sources.ts';
import { checkHouse } from './house.ts';
import { portOf, rangeNamed } from './index.ts';

const root = join(import.meta.dirname, '..');
const sources = readSources(root);

describe('this repository', () => {
	test('has no arrow that the house forbids and no circle', () => {
		expect(sources.size).toBeGreaterThan(100);
		expect(checkHouse(sources).map(({ from, to, rule }) => `${from} knows ${to}: ${rule}`)).toEqual([]);
	});

	test('names no port outside schema/', () => {
		const advice = 'ask @mana/schema for a port, and write a quantity with a separator, as 5_000';
		const generated = new Set(generatedFiles(factsOf(root)).map(({ path }) => path));
		expect(
			portLiterals(sources, { generated }).map((found) => `${found.path}:${found.line} says ${found.literal}: ${advice}`),
		).toEqual([]);
	});

	test('names no colour outside kit/ui/tokens/', () => {
		const advice = 'use a token, or add one';
		expect(colourLiterals(sources).map((found) => `${found.path}:${found.line} says ${found.literal}: ${advice}`)).toEqual([]);
	});
});

/** Files by path, each with its text; a target of an import need not be among them. */
function tree(files: Readonly<Record<string, string>>): Map<string, string> {
	return new Map(Object.entries(files));
}

/** The arrows that one import line in one file is refused for. */
function refused(path: string, text: string): string[] {
	return checkHouse(tree({ [path]: text })).map(({ to }) => to);
}

/** For each kind of place: what it may know, and what it must not. */
const arrows: readonly [path: string, allowed: readonly string[], forbidden: readonly string[]][] = [
	[
		'schema/services.ts',
		["import { core } from './rows/core.ts'"],
		[
			"import { openStore } from '@mana/store'",
			"import 'zod'",
			"import 'node:fs'",
			"import { models } from './registry/models.ts'",
		],
	],
	['schema/offsets.ts', ["import 'node:net'", "import { Database } from 'bun:sqlite'"], ["import 'zod'"]],
	[
		'schema/registry/models.ts',
		["import * as todo from '../../apps/todo/model.ts'", "import { app } from '../../apps/todo/app.ts'"],
		["import { lists } from '../../apps/todo/lists.ts'", "import '../../core/auth/index.ts'"],
	],
	[
		'kit/store/open.ts',
		["import { portOf } from '@mana/schema'", "import { collection } from '@mana/model'", "import 'bun:sqlite'"],
		[
			"import { defineService } from '@mana/service'",
			"import { merge } from '@mana/sync'",
			"import { tasks } from '../../apps/todo/model.ts'",
			"import { models } from '@mana/schema/registry/models'",
			"import type { AuthRoutes } from '../../core/auth/index.ts'",
		],
	],
	['kit/service/define.ts', ["import { openStore } from '@mana/store'"], ["import { Button } from '@mana/ui'"]],
	['kit/sync/merge.ts', ["import { lawOf } from '@mana/model'"], ["import { openStore } from '@mana/store'", "import 'node:fs'"]],
	['kit/ui/shell/Rail.ts', ["import 'svelte'", "import '@mana/sync/client/api'"], ["import '@mana/store'", "import 'bun'"]],
	[
		'apps/todo/model.ts',
		["import { collection } from '@mana/model'", "import { day } from '@mana/time'"],
		[
			"import { serve } from './todo.server.ts'",
			"import { live } from '@mana/sync/client'",
			"import 'svelte'",
			"import 'bun'",
			"import { events } from '../calendar/model.ts'",
		],
	],
	[
		'apps/todo/app.ts',
		[
			"import { tasks } from './model.ts'",
			"import { m } from '@mana/ui/i18n'",
			"const load = () => import('./parts/Today.svelte')",
		],
		[
			"import Today from './parts/Today.svelte'",
			"import { app } from '../calendar/app.ts'",
			"const load = () => import('../calendar/parts/Month.svelte')",
			"import 'node:os'",
		],
	],
	[
		'apps/todo/todo.server.ts',
		[
			"import { defineService } from '@mana/service'",
			"import { tasks } from './model.ts'",
			"import { models } from '@mana/schema/registry/models'",
			"import type { Routes } from '../../infra/notify/index.ts'",
		],
		["import { send } from '../../infra/notify/index.ts'", "import { order } from './lists.ts'", "import '../calendar/model.ts'"],
	],
	[
		'infra/notify/index.ts',
		[
			"import { openStore } from '@mana/store'",
			"import { inbox } from './inbox.ts'",
			"import type { Routes } from '../../core/auth/index.ts'",
			"import 'pg'",
		],
		[
			"import { sign } from '../../core/auth/keys.ts'",
			"import { spaces } from '../sync/spaces.ts'",
			"import { tasks } from '../../apps/todo/model.ts'",
			"import { openDoors } from '../../web/doors.ts'",
			"const later = () => import('../../core/auth/index.ts')",
		],
	],
	[
		'apps/todo/parts/List.svelte',
		[
			"<script>import { tasks } from '../model.ts'; import { app } from '../app.ts'; import Row from './Row.svelte'</script>",
			"<script>import { Button } from '@mana/ui'; import { live } from '@mana/sync/client/live'; import 'bits-ui'</script>",
			"<script module>import { apps } from '@mana/schema/registry/apps'</script>",
		],
		[
			'<script lang="ts">import { serve } from \'../todo.server.ts\'</script>',
			'<script lang="ts">import type { Serve } from \'../todo.server.ts\'</script>',
			"<script>import Month from '../../calendar/parts/Month.svelte'</script>",
			"<script>import { openStore } from '@mana/store'</script>",
			"<script>import { space } from '@mana/sync/space/space'</script>",
			"<script>import { portOf } from '@mana/schema'</script>",
			"<script>import 'node:fs'</script>",
		],
	],
	[
		'web/hub.ts',
		["import { service } from '../core/auth/index.ts'", "import { apps } from '@mana/schema/registry/apps'"],
		[
			"import { sign } from '../core/auth/keys.ts'",
			"import Page from '../apps/todo/+page.svelte'",
			"import { up } from '../cli/up.ts'",
		],
	],
	[
		'cli/up.ts',
		["import { service } from '../infra/sync/index.ts'", "import { openDoors } from '../web/doors.ts'", "import 'node:os'"],
		["import { spaces } from '../infra/sync/spaces.ts'", "import { forward } from '../web/forward.ts'"],
	],
	[
		'schema/generate/compose.ts',
		["import { services } from '../services.ts'", "import 'node:fs'"],
		["import { openStore } from '@mana/store'", "import '../../core/auth/index.ts'"],
	],
	[
		'infra/sync/sync.test.ts',
		[
			"import { service } from '../../core/auth/index.ts'",
			"import { tasks } from '../../apps/todo/model.ts'",
			"import { findTool } from '../../cli/setup/tools.mjs'",
		],
		["import { sign } from '../../core/auth/keys.ts'", "import Page from '../../apps/todo/+page.svelte'"],
	],
	['kit/sync/simulator/run.ts', ["import 'bun:jsc'"], ["import { openStore } from '@mana/store'"]],
	[
		'apps/+layout.svelte',
		["<script>import { open } from './(hub)/parts/store.ts'</script>", "{#await import('./(hub)/parts/Doors.svelte')}{/await}"],
		["<script>import Row from './todo/parts/Row.svelte'</script>", "{#await import('./todo/parts/Row.svelte')}{/await}"],
	],
	['kit/sync/merge.test.ts', ["import '@mana/service'", "import 'fast-check'"], ["import '../../apps/todo/model.ts'"]],
	['start.mjs', ["import './cli/setup/first.mjs'", "import 'node:fs'"], ["import './core/auth/index.ts'"]],
];

describe.each(arrows)('%s', (path, allowed, forbidden) => {
	test.each(allowed)('may: %s', (text) => expect(refused(path, text)).toEqual([]));
	test.each(forbidden)('must not: %s', (text) => expect(refused(path, text)).toHaveLength(1));
});

describe('the walk', () => {
	test('names both files and the rule', () => {
		const files = tree({ 'core/auth/index.ts': "import { spaces } from '../../infra/sync/spaces.ts';" });
		expect(checkHouse(files)).toEqual([
			{
				from: 'core/auth/index.ts',
				to: 'infra/sync/spaces.ts',
				rule: 'a service knows kit/, schema/, the registry and itself; of other services it knows the types of their routes',
			},
		]);
	});

	test('sees every way to import', () => {
		const ways = [
			"import '../../core/auth/keys.ts'",
			"import * as keys from '../../core/auth/keys.ts'",
			"import { type Key } from '../../core/auth/keys.ts'",
			"export { sign } from '../../core/auth/keys.ts'",
			"export * from '../../core/auth/keys.ts'",
			"await import('../../core/auth/keys.ts')",
			"new Worker(new URL('../../core/auth/keys.ts', import.meta.url))",
		];
		for (const way of ways) expect(refused('infra/sync/index.ts', way), way).toEqual(['core/auth/keys.ts']);
		expect(refused('kit/store/open.ts', "let key: import('../../core/auth/keys.ts').Key")).toEqual(['core/auth/keys.ts']);
		expect(refused('kit/ui/base.css', "@import '../../apps/todo/todo.css';")).toEqual(['apps/todo/todo.css']);
	});

	test('takes no import from comments and strings', () => {
		const text = "// import '../../core/auth/keys.ts'\nconst text = `import '../../core/auth/keys.ts'`;";
		expect(refused('infra/sync/index.ts', text)).toEqual([]);
	});

	test('lets nobody but a test know a test', () => {
		expect(refused('infra/sync/index.ts', "import { fake } from './sync.test.ts'")).toEqual(['infra/sync/sync.test.ts']);
		expect(refused('infra/sync/other.test.ts', "import { fake } from './sync.test.ts'")).toEqual([]);
	});
});

describe('what a server may know of its pages', () => {
	const files = (reckons: string) =>
		tree({
			'apps/todo/dav/tree.server.ts': "import { next } from '../next.ts'",
			'apps/todo/next.ts': `import { rule } from './rule.ts'; import type { Mana } from '@mana/sync/client/api'; import { tasks } from './model.ts'`,
			'apps/todo/rule.ts': reckons,
			'apps/todo/model.ts': '',
		});

	test('is what only reckons, with all that it loads', () => {
		expect(checkHouse(files("import { addDays } from '@mana/time'; import { parseCard } from '@mana/dav/vcard/index'"))).toEqual(
			[],
		);
	});

	test.each([
		"import { m } from '@mana/ui/i18n'",
		"import 'svelte'",
		"import { open } from '@mana/sync/client/open'",
		"import './parts/Row.svelte'",
	])('is nothing that loads, however far away: %s', (text) => {
		expect(checkHouse(files(text)).map(({ to }) => to)).toContain('apps/todo/next.ts');
	});
});

describe('circles', () => {
	test('are found through any number of files, and told as the shortest way around', () => {
		const files = tree({
			'kit/store/a.ts': "import './b.ts'; import './c.ts'",
			'kit/store/b.ts': "import './c.ts'",
			'kit/store/c.ts': "export { d } from '@mana/store/d'",
			'kit/store/d.ts': "import { a } from './a.ts'",
		});
		expect(checkHouse(files).map(({ rule }) => rule)).toEqual([
			'no circle between files: kit/store/a.ts → kit/store/c.ts → kit/store/d.ts → kit/store/a.ts',
			'no circle between files: kit/store/b.ts → kit/store/c.ts → kit/store/d.ts → kit/store/a.ts → kit/store/b.ts',
		]);
	});

	test('are none where a type or a later load leads back, or where a component draws itself', () => {
		const files = tree({
			'kit/ui/a.ts': "import './b.ts'",
			'kit/ui/b.ts': "import type { A } from './a.ts'; const later = () => import('./a.ts')",
			'kit/ui/Tree.svelte': "<script>import Tree from './Tree.svelte'</script>",
		});
		expect(checkHouse(files)).toEqual([]);
	});
});

describe('port literals', () => {
	const port = String(portOf('mana-auth'));

	test('are found wherever they stand, with their line', () => {
		const files = tree({
			'core/auth/index.ts': `\nconst url = 'http://localhost:${port}/';`,
			'web/config.json': `{ "port": ${port} }`,
			'apps/todo/+page.svelte': `<a href="//here:${port}">`,
		});
		expect(portLiterals(files)).toEqual([
			{ path: 'core/auth/index.ts', line: 2, literal: port },
			{ path: 'web/config.json', line: 1, literal: port },
			{ path: 'apps/todo/+page.svelte', line: 1, literal: port },
		]);
	});

	test('are none in schema/, inside longer numbers, with a separator, or as the number of an RFC', () => {
		const files = tree({
			'schema/rows/core.ts': `port: ${port}`,
			'kit/time/day.ts': `const a = 1${port}, b = 0.${port}, c = 5_000, d = x${port}; // RFC 9110`,
		});
		expect(portLiterals(files)).toEqual([]);
	});

	test('may be allowed one by one', () => {
		const files = tree({ 'a.ts': `${port}`, 'b.ts': `${port}` });
		const found = portLiterals(files, { allowed: [{ path: 'a.ts', literal: port, reason: 'an example' }] });
		expect(found.map(({ path }) => path)).toEqual(['b.ts']);
	});

	test('are found in documents, scripts and settings, and not in what is generated', () => {
		const files = tree({
			'docs/guide.md': `open ${port}`,
			'.ci/run': `curl x:${port}`,
			'a.env': `PORT=${port}`,
			'docs/made.md': port,
		});
		const found = portLiterals(files, { generated: new Set(['docs/made.md']) });
		expect(found.map(({ path }) => path)).toEqual(['docs/guide.md', '.ci/run', 'a.env']);
	});

	test('are found however they are spelt', () => {
		const value = portOf('mana-auth');
		const spellings = [
			`0x${value.toString(16)}`,
			`0b${value.toString(2)}`,
			`0o${value.toString(8)}`,
			`${value / 1000}e3`,
			`${value - 1} + 1`,
			`'${port.slice(0, 2)}' + '${port.slice(2)}'`,
		];
		for (const literal of spellings) expect(portLiterals(tree({ 'a.ts': `listen(${literal})` }))).toMatchObject([{ literal }]);
	});

	test('are reserved slots too, and whatever an address states', () => {
		const slot = rangeNamed('core').reserved[0]![0];
		expect(portLiterals(tree({ 'a.ts': `listen(${slot})` }))).toHaveLength(1);
		for (const address of ['localhost:7777', '127.0.0.1:81', '[::1]:7777'])
			expect(portLiterals(tree({ 'a.md': `http://${address}/` })), address).toMatchObject([{ literal: address }]);
		expect(portLiterals(tree({ 'a.ts': '`localhost:${port}`' }))).toEqual([]);
	});
});

describe('colour literals', () => {
	const literals = (path: string, text: string) => colourLiterals(tree({ [path]: text })).map(({ literal }) => literal);

	test('are found in style sheets, in style blocks and in attributes that take colours', () => {
		expect(literals('a.css', 'a { color: #fff; background: rgb(1 2 3); border: 1px solid red }')).toEqual([
			'#fff',
			'rgb(',
			'red',
		]);
		expect(literals('a.svelte', '<b>#add</b>\n<style>\n.a { color: oklch(0.5 0 0); --edge: white }\n</style>')).toEqual([
			'oklch(',
			'white',
		]);
		expect(literals('a.svelte', '<path fill="#112233" stroke="black" /><i style="color: hsl(1 2% 3%)">')).toEqual([
			'#112233',
			'black',
			'hsl(',
		]);
	});

	test('are none where tokens are used, in scripts, texts and comments', () => {
		expect(
			literals('a.css', 'a { color: var(--ink); /* #fff */ background: color-mix(in oklab, var(--a) 50%, transparent) }'),
		).toEqual([]);
		expect(
			literals('a.css', 'a { color: oklch(from var(--ink) l c h / 0.5); white-space: nowrap; border-color: currentColor }'),
		).toEqual([]);
		expect(literals('a.svelte', '<script>const red = "#fff"</script><a href="#cafe">red</a>')).toEqual([]);
		expect(literals('kit/ui/tokens/tokens.css', 'a { color: #fff }')).toEqual([]);
	});
});
