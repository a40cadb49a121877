import { m } from '@mana/ui/i18n';

const formats: Readonly<Record<string, () => string>> = {
	'todo-txt': () => 'Todo.txt',
	todoist: () => 'Todoist',
	ticktick: () => 'TickTick',
	vikunja: () => 'Vikunja',
	'google-tasks': () => 'Google Tasks',
	calendar: () => 'iCalendar',
	markdown: () => 'Markdown',
	csv: () => 'CSV',
	json: () => 'JSON',
};

/** What a kind of file is called. */
export function formatWords(id: string): string {
	return formats[id]?.() ?? id;
}

const hints: Readonly<Record<string, () => string>> = {
	markdown: () => m.todo_exchange_hint_markdown(),
	csv: () => m.todo_exchange_hint_csv(),
	json: () => m.todo_exchange_hint_json(),
	'todo-txt': () => m.todo_exchange_hint_todo_txt(),
};

/** What a kind of file is good for. */
export function exportHint(id: string): string {
	return hints[id]?.() ?? '';
}
