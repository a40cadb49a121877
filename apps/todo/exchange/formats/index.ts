import { dayAt } from '@mana/time';
import type { ExportFormat, ImportFormat } from '@mana/ui/import/format';
import type { FoundTask } from '../found-task.ts';
import { calendar } from './calendar.ts';
import { googleTasks } from './google-tasks.ts';
import { csvExport, jsonExport, markdownExport } from './written.ts';
import { tickTick } from './ticktick.ts';
import { todoist } from './todoist.ts';
import { todoTxt, todoTxtExport } from './todo-txt.ts';
import { vikunja } from './vikunja.ts';

/** The kinds of files that tasks come in. */
export const importFormats: readonly ImportFormat<FoundTask>[] = [
	todoist(() => dayAt(Date.now())),
	tickTick,
	vikunja,
	googleTasks,
	calendar(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
	todoTxt,
];

/** The kinds of files that tasks go out in. */
export const exportFormats: readonly ExportFormat<FoundTask>[] = [markdownExport, csvExport, jsonExport, todoTxtExport];
