import { goto } from '$app/navigation';
import type { RecordId } from '@mana/model';
import type { Mana, Written } from '@mana/sync/client/api';
import { settle } from '@mana/ui/data/mana.svelte';
import { m } from '@mana/ui/i18n';
import { toast } from '@mana/ui/shell/toasts.svelte';
import type { TemplateItem } from '../model.ts';
import { type Begin, type Made, templateActions, type TemplateActions } from './actions.ts';

/** What can be done with templates, together with what is said afterwards. Fetched when it is first needed. */
export class TemplateDoings {
	readonly #actions: TemplateActions;

	constructor(mana: Mana) {
		this.#actions = templateActions(mana, Math.random);
	}

	saveProject(id: RecordId): void {
		this.#saved(this.#actions.saveProject(m.todo_done_template_saved(), id));
	}

	saveTasks(ids: readonly RecordId[]): void {
		this.#saved(this.#actions.saveTasks(m.todo_done_template_saved(), ids));
	}

	begin(template: RecordId, how: Begin): RecordId | null {
		const { id, written } = this.#actions.begin(m.todo_done_template_begun(), template, how);
		settle(written, m.todo_done_template_begun());
		return id;
	}

	duplicate(project: RecordId, name: string): RecordId {
		const { id, written } = this.#actions.duplicate(m.todo_done_project_duplicated(), project, name);
		settle(written, m.todo_done_project_duplicated());
		return id;
	}

	edit(...[id, draft]: Tail<TemplateActions['edit']>): Written {
		return settle(this.#actions.edit(m.todo_done_template_changed(), id, draft));
	}

	addItem(...rest: Tail<TemplateActions['addItem']>): Written {
		return settle(this.#actions.addItem(m.todo_done_template_changed(), ...rest));
	}

	editItem(...[id, draft]: Tail<TemplateActions['editItem']>): Written {
		return settle(this.#actions.editItem(m.todo_done_template_changed(), id, draft));
	}

	trashItem(item: TemplateItem): Written {
		return settle(this.#actions.trashItem(m.todo_done_template_changed(), item), m.todo_done_template_changed());
	}

	trash(id: RecordId): Written {
		return settle(this.#actions.trash(m.todo_done_template_trashed(), id), m.todo_done_template_trashed());
	}

	#saved({ id, written }: Made): void {
		settle(written);
		toast({
			text: m.todo_done_template_saved(),
			undo: () => written.undo(),
			action: { label: m.todo_template_open(), run: () => void goto(`/todo/templates/${id}`) },
		});
	}
}

/** What an action takes beside its label. */
type Tail<F> = F extends (label: string, ...rest: infer R) => unknown ? R : never;
