import type { RecordId } from '@mana/model';
import { systemFields } from '@mana/model';
import { tasks } from '../apps/todo/model.ts';
import { newDevice, newRecord, RawClient } from '../infra/sync/testing.ts';
import type { Stack } from './stack.ts';

/**
 * Writes tasks as a device of their owner, past any page.
 *
 * @param projectOf where each lies, by its place among them; the inbox without it
 */
export async function fillTasks(
	stack: Stack,
	token: string,
	count: number,
	projectOf: (index: number) => RecordId | null = () => null,
): Promise<void> {
	const client = await RawClient.join(stack.direct('mana-sync'), token, newDevice());
	const { title, notes, dueDay, priority, position, project } = tasks.fields;
	for (let done = 0; done < count; done += 500) {
		const transaction = client.write(
			...Array.from({ length: 500 }, (_, index) => {
				const place = { collection: tasks.number, record: newRecord(), key: '' };
				const of = projectOf(done + index);
				return [
					{ ...place, field: systemFields.createdAt.number, value: Date.now() },
					{ ...place, field: title.number, value: `Task ${done + index}: water the plants in the hall` },
					{ ...place, field: notes.number, value: 'Not too much.' },
					{ ...place, field: dueDay.number, value: '2030-01-01' },
					{ ...place, field: priority.number, value: 'medium' },
					{ ...place, field: position.number, value: `a${String(done + index).padStart(6, '0')}1` },
					...(of === null ? [] : [{ ...place, field: project.number, value: of }]),
				];
			}).flat(),
		);
		await client.acked(transaction.n);
	}
	client.close();
}
