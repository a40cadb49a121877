import { goto } from '$app/navigation';
import type { AttachmentsDraft, RecordId } from '@mana/model';
import { cuts } from '@mana/model/tree';
import type { Mana, Written } from '@mana/sync/client/api';
import type { Named } from '@mana/shared/people';
import { links, type Tag, tags } from '@mana/shared/model';
import type { View } from '@mana/shared/views';
import { addDays, type Capture, type Day, dayAt, speakDay } from '@mana/time';
import { readLine } from '@mana/ui/capture/reader.svelte';
import { live } from '@mana/ui/data/live.svelte';
import { reportUnstored, settle } from '@mana/ui/data/mana.svelte';
import type { Company } from '@mana/ui/data/presence.svelte';
import { SpacePeople } from '@mana/ui/data/space-people.svelte';
import { today } from '@mana/ui/data/today.svelte';
import { m } from '@mana/ui/i18n';
import { language } from '@mana/ui/i18n/language.svelte';
import { preferences } from '@mana/ui/preferences/preferences.svelte';
import { toast } from '@mana/ui/shell/toasts.svelte';
import { createContext } from 'svelte';
import type { FocusedList } from './parts/list-shortcuts.ts';
import { byProjectPosition, taskActions, type TaskActions, type TaskPlace } from './actions.ts';
import { byPosition, inbox } from './lists.ts';
import { type Line, linesOf, type Spot } from './project-tree.ts';
import type { Present } from './repeat.ts';
import { progressOf, stepsUnder } from './step-tree.ts';
import type { KeptTimes } from './times.svelte.ts';
import type { Move } from './board/columns.ts';
import type { TemplateDoings } from './templates/doings.ts';
import type { FilterWorld } from './filter/conditions.ts';
import { sayNoTimes } from './parts/time-doings.ts';
import { type Project, projects, type Task, type TaskPriority, tasks, views } from './model.ts';

/** What knows rules: fetched as soon as there is a task that comes again. */
let rules: typeof import('./repeat.ts') | null = null;

let fetchingRules: Promise<void> | null = null;

/** Fetches what knows rules, if it is not here yet. Rejects where it cannot be had: a task must not be done without its next one. */
function fetchRules(): Promise<void> {
	return (fetchingRules ??= import('./repeat.ts').then(
		(module) => void (rules = module),
		(error: unknown) => {
			fetchingRules = null; // the next one tries again
			throw error;
		},
	));
}

/** The todo app on one page: what its parts share, and every action together with what it says afterwards. */
export class Todo {
	readonly mana: Mana;
	readonly actions: TaskActions;
	/** Who else is in the lists of a shared space; `null` where nobody else can be. */
	readonly company: Company | null;
	readonly times: KeptTimes | null;
	/** The list that has, or last had, the focus. */
	focused: FocusedList | null = null;
	readonly #inbox;
	readonly #projects;
	readonly #tags;
	readonly #steps;
	readonly #repeating;
	readonly #views;
	readonly #blocking;
	readonly #people;
	/** The id of who is here; '' for a guest. */
	readonly #me: () => string;

	/** @param times when tasks are planned to be done; `null` where nobody asks */
	constructor(mana: Mana, company: Company | null = null, me: () => string = () => '', times: KeptTimes | null = null) {
		this.#me = me;
		this.times = times;
		this.mana = mana;
		this.company = company;
		const next = (task: Task, now: number) => {
			if (!rules) throw new Error('What knows rules is not here yet: wait for it first.');
			return rules.nextOf(task, { now, zone: preferences.timeZone });
		};
		this.actions = taskActions(mana, Date.now, Math.random, next, times ?? undefined);
		this.#inbox = live(() => mana.query(tasks, inbox()));
		this.#projects = live(() =>
			mana.query(projects, {
				where: ({ deletedAt, archivedAt }) => deletedAt === null && archivedAt === null,
				order: byProjectPosition,
			}),
		);
		this.#people = new SpacePeople(mana);
		this.#views = live(() => mana.query(views, { order: byProjectPosition }));
		this.#blocking = live(() => mana.query(links, { where: ({ kind, deletedAt }) => kind === 'blocks' && deletedAt === null }));
		this.#tags = live(() => mana.query(tags, { order: (a, b) => a.name.localeCompare(b.name) }));
		this.#repeating = live(() =>
			mana.query(tasks, {
				where: ({ repeat, completedAt, deletedAt }) => repeat !== null && completedAt === null && deletedAt === null,
			}),
		);
		$effect(() => {
			if (this.#repeating.rows.length > 0)
				fetchRules().catch((error: unknown) => console.warn('Rules are fetched later:', error));
		});
		this.#steps = live(() => mana.query(tasks, { where: (task) => task.parent !== null && task.deletedAt === null }));
		$effect(() => {
			// Two moves that were made apart may have closed a circle, in which nobody would find its tasks.
			const circles = cuts(new Map(this.#steps.rows.map(({ id, parent }) => [id, parent])));
			if (circles.length > 0)
				reportUnstored(
					mana.note('', (tx) => {
						for (const id of circles) tx.update(tasks, id, { parent: null });
					}),
				);
		});
	}

	/** Projects as they stand under one another. */
	readonly projectLines: readonly Line<Project>[] = $derived.by(() => linesOf(this.#projects.rows));
	/** The same without their depth, from top to bottom. */
	readonly projects: readonly Project[] = $derived.by(() => this.projectLines.map(({ row }) => row));

	/** The moment and the zone that rules are seen from; looked up anew where a day begins. */
	get present(): Present {
		void today.day;
		return { now: Date.now(), zone: preferences.timeZone };
	}

	/** Open tasks without a project. */
	get inbox(): readonly Task[] {
		return this.#inbox.rows;
	}

	/** Open tasks that come again. */
	get repeating(): readonly Task[] {
		return this.#repeating.rows;
	}

	get tags(): readonly Tag[] {
		return this.#tags.rows;
	}

	readonly projectById: ReadonlyMap<RecordId, Project> = $derived.by(
		() => new Map(this.projects.map((project) => [project.id, project])),
	);
	readonly tagById: ReadonlyMap<RecordId, Tag> = $derived.by(() => new Map(this.tags.map((tag) => [tag.id, tag])));

	/** What people keep to look at again. */
	get views(): readonly View[] {
		return this.#views.rows;
	}

	get me(): string {
		return this.#me();
	}

	/** Who can be given something to do: the people of a shared space; nobody in one's own. */
	get people(): readonly Named[] {
		return this.company ? this.#people.all : [];
	}

	/** Those of the people whose ids these are. */
	peopleOf(ids: ReadonlySet<string>): readonly Named[] {
		return ids.size === 0 ? [] : this.people.filter(({ person }) => ids.has(person));
	}

	/** Ids of tasks that wait for one which is still open. */
	readonly #blocked: ReadonlySet<string> = $derived.by(
		() =>
			new Set(
				this.#blocking.rows.flatMap(({ from, to }) => {
					const first = from === null ? undefined : this.mana.get(tasks, from);
					return to !== null && first && first.completedAt === null && first.deletedAt === null ? [to] : [];
				}),
			),
	);

	/** What filters are seen from, here and now. */
	readonly filterWorld: FilterWorld = $derived.by(() => ({
		today: today.day,
		time: today.time,
		dayOf: (at) => dayAt(at, preferences.timeZone),
		tags: this.tags,
		projects: this.projects,
		people: this.people,
		me: this.me,
		blocked: this.#blocked,
		parents: new Set(this.progress.keys()),
	}));

	/** How many steps stand under each task, at any depth, and are done. */
	readonly progress: ReadonlyMap<RecordId, { readonly done: number; readonly total: number }> = $derived.by(() =>
		progressOf(this.#steps.rows),
	);

	readonly #byParent: ReadonlyMap<RecordId | null, readonly Task[]> = $derived.by(() =>
		Map.groupBy(this.#steps.rows, ({ parent }) => parent),
	);

	/** The steps of a task as they stand under one another; those right under it at the top. */
	stepLines(id: RecordId): readonly Line<Task>[] {
		const stepsOf = (of: RecordId): readonly Task[] => (this.#byParent.get(of) ?? []).toSorted(byPosition);
		return linesOf(stepsUnder(id, stepsOf));
	}

	/** What a typed line says, here and now. */
	read(line: string, dismissed?: ReadonlySet<string>): Capture {
		return readLine(line, { names: this.projects.map(({ name }) => name), ...(dismissed && { dismissed }) });
	}

	add(capture: Capture, place?: TaskPlace): RecordId {
		const { id, written } = this.actions.add(m.todo_done_added(), capture, place);
		settle(written);
		return id;
	}

	/** Completes open tasks; reopens when all of them are done. */
	toggle(chosen: readonly Task[]): void {
		const open = chosen.filter(({ completedAt }) => completedAt === null);
		if (open.length === 0)
			this.#say(m.todo_done_reopened({ count: chosen.length }), (said) => this.actions.reopen(said, idsOf(chosen)));
		else
			this.#withRules(open, () =>
				this.#say(m.todo_done_completed({ count: open.length }), (said) => this.actions.complete(said, idsOf(open))),
			);
	}

	/** Puts a task into a column of a board, which `place` is the name of. */
	put(task: Task, move: Move, place: string): void {
		const said = m.todo_done_moved({ count: 1, place });
		if (move.kind === 'complete')
			this.#withRules([task], () =>
				this.#say(m.todo_done_completed({ count: 1 }), (label) => this.actions.complete(label, [task.id])),
			);
		else if (move.kind === 'file') this.file([task.id], move.project);
		else this.#say(said, (label) => this.actions.change(label, [task.id], move.draft, move));
	}

	/** Puts a task between two others of a column, which is called `place`, of a board that is kept. */
	arrange(task: Task, to: Parameters<TaskActions['arrange']>[2], move: Move | null, place: string): void {
		if (move?.kind === 'change' && !move.reopen) {
			const said = m.todo_done_moved({ count: 1, place });
			this.#say(said, (label) => this.actions.arrange(label, task.id, to, move.draft));
			return;
		}
		if (move) this.put(task, move, place);
		if (move?.kind !== 'complete') settle(this.actions.arrange(m.todo_done_reordered(), task.id, to));
	}

	/** Gives tasks to somebody, or takes them from them. */
	assign(ids: readonly RecordId[], draft: { readonly add?: readonly string[]; readonly remove?: readonly string[] }): Written {
		return settle(this.actions.change(m.todo_done_assigned(), ids, { assignees: draft }));
	}

	/** Adds or takes away reminders: minutes before it is due, in digits. */
	remind(id: RecordId, draft: { readonly add?: readonly string[]; readonly remove?: readonly string[] }): Written {
		return settle(this.actions.change(m.todo_done_edited(), [id], { reminders: draft }));
	}

	addView(draft: Parameters<TaskActions['addView']>[1]): RecordId {
		const { id, written } = this.actions.addView(m.todo_done_view_added(), draft);
		settle(written);
		return id;
	}

	editView(id: RecordId, draft: Parameters<TaskActions['editView']>[2]): Written {
		return settle(this.actions.editView(m.todo_done_view_changed(), id, draft));
	}

	trashView(id: RecordId): Written {
		return this.#say(m.todo_done_view_trashed(), (said) => this.actions.trashView(said, id));
	}

	/** Passes over this time of tasks that come again. */
	skip(chosen: readonly Task[]): void {
		this.#withRules(chosen, () => this.#say(m.todo_done_skipped(), (said) => this.actions.skip(said, idsOf(chosen))));
	}

	/** Says when a task comes again; `null`: not any more. */
	repeat(id: RecordId, by: Parameters<TaskActions['repeat']>[2]): Written {
		if (by === null) return this.#say(m.todo_done_repeat_ended(), (said) => this.actions.repeat(said, id, null));
		return settle(this.actions.repeat(m.todo_done_repeat(), id, by));
	}

	schedule(ids: readonly RecordId[], day: Day | null): Written {
		const said =
			day === null
				? m.todo_done_unscheduled({ count: ids.length })
				: m.todo_done_scheduled({ count: ids.length, day: speakDay(day, today.day, language.tag) });
		return this.#say(said, (label) => this.actions.schedule(label, ids, day));
	}

	scheduleIn(ids: readonly RecordId[], days: number): Written {
		return this.schedule(ids, addDays(today.day, days));
	}

	prioritise(ids: readonly RecordId[], priority: TaskPriority): Written {
		return this.#say(m.todo_done_prioritised(), (said) => this.actions.prioritise(said, ids, priority));
	}

	file(ids: readonly RecordId[], project: RecordId | null): Written {
		const place = project === null ? m.todo_inbox() : (this.projectById.get(project)?.name ?? '');
		return this.#say(m.todo_done_moved({ count: ids.length, place }), (said) => this.actions.file(said, ids, project));
	}

	tag(ids: readonly RecordId[], name: string): Written {
		return settle(this.actions.tag(m.todo_done_tagged(), ids, name));
	}

	untag(ids: readonly RecordId[], tag: RecordId): Written {
		return settle(this.actions.untag(m.todo_done_untagged(), ids, tag));
	}

	edit(id: RecordId, draft: Parameters<TaskActions['edit']>[2]): Written {
		return settle(this.actions.edit(m.todo_done_edited(), id, draft));
	}

	/** Changes the files of a task; `label` says what was done, `said` is told with a way back. */
	attach(id: RecordId, label: string, files: AttachmentsDraft, said?: string): Written {
		return settle(this.actions.edit(label, id, { files }), said);
	}

	/** Moves a step with all that stands under it. */
	nest(id: RecordId, to: Spot): Written {
		return settle(this.actions.nest(m.todo_done_reordered(), id, to));
	}

	move(id: RecordId, between: Parameters<TaskActions['move']>[2]): Written {
		return settle(this.actions.move(m.todo_done_reordered(), id, between));
	}

	trash(ids: readonly RecordId[]): void {
		this.#withTimes(() => this.#say(m.todo_done_trashed({ count: ids.length }), (said) => this.actions.trash(said, ids)));
	}

	addProject(name: string, parent: RecordId | null = null): RecordId {
		const { id, written } = this.actions.addProject(m.todo_done_project_added(), name, parent);
		settle(written);
		return id;
	}

	editProject(id: RecordId, draft: { name?: string; hue?: number }): Written {
		return settle(this.actions.editProject(m.todo_done_project_edited(), id, draft));
	}

	/** Moves a project with all that stand under it. */
	moveProject(id: RecordId, to: Spot): Written {
		return settle(this.actions.moveProject(m.todo_done_reordered(), id, to));
	}

	trashProject(id: RecordId): void {
		this.#withTimes(() => this.#say(m.todo_done_project_trashed(), (said) => this.actions.trashProject(said, id)));
	}

	/** Does something with templates, as soon as what knows them is here. */
	withTemplates(run: (templates: TemplateDoings) => void): void {
		import('./templates/doings.ts').then(
			({ TemplateDoings }) => run(new TemplateDoings(this.mana)),
			(error: unknown) => {
				console.warn('What knows templates cannot be fetched right now:', error);
				toast({ text: m.todo_templates_unavailable() });
			},
		);
	}

	/** Opens the details of a task beside the list, with an address of their own. */
	async open(id: RecordId | null): Promise<void> {
		const to = new URL(location.href);
		const replace = id !== null && to.searchParams.has('task');
		if (id === null) to.searchParams.delete('task');
		else to.searchParams.set('task', id);
		await goto(to, { reset: false, replace });
	}

	/** At once where nothing comes again or the rules are here, which they mostly are: they are fetched with the first list. */
	#withRules(chosen: readonly Task[], run: () => void): void {
		const ids = new Set(idsOf(chosen));
		if (rules || !this.#repeating.rows.some(({ id, parent }) => ids.has(id) || (parent !== null && ids.has(parent)))) run();
		else
			fetchRules().then(run, (error: unknown) => {
				console.warn('What knows rules cannot be fetched right now:', error);
				toast({ text: m.todo_repeat_unavailable() });
			});
	}

	/** At once where no time is kept, or what keeps it is here, which it mostly is. */
	#withTimes(run: () => void): void {
		if (!this.times?.awaited) run();
		else this.times.fetch().then(run, sayNoTimes);
	}

	#say(said: string, write: (label: string) => Written): Written {
		return settle(write(said), said);
	}
}

export const [useTodo, provideTodo] = createContext<Todo>();

function idsOf(chosen: readonly Task[]): RecordId[] {
	return chosen.map(({ id }) => id);
}
