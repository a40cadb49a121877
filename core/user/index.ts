import { defineService, Memberships } from '@mana/service';
import { follow } from '@mana/service/projection/index';
import { openStore } from '@mana/store';
import { eraseRoute, exportRoute } from '@mana/service/leaving';
import { userLeaving } from './leaving.ts';
import { People } from './people.ts';
import { picturesAt } from './pictures.ts';
import { peopleRoutes } from './routes/people.ts';
import { preferencesRoutes } from './routes/preferences.ts';
import { drop, followed, keep, migrations, type Tables } from './store.ts';

/** Who people are and how they want to be treated, for their fellows and for the other services: a view of the records they keep themselves. */
export const service = defineService({
	name: 'mana-user',
	limits: { bodyBytes: 16 * 1024 },
	async open({ home, databaseUrl, clock, log, addressOf, identity, verifyToken }) {
		const store = await openStore<Tables>({ service: 'mana-user', home, databaseUrl, migrations, clock });
		const address = addressOf('mana-sync');
		const lost = (error: unknown) => log.warn({ err: error }, 'mana-sync is not heard; it is tried again');
		const memberships = new Memberships({ address, identity, clock, lost });
		const projection = await follow<Tables>({
			store,
			address,
			identity,
			collections: followed.map(({ collection }) => collection),
			apply: keep,
			forget: drop,
			lost,
		});
		const people = new People({ store, memberships });
		return {
			routes: (app) =>
				app
					.route('/', peopleRoutes({ people, readPicture: picturesAt(address, identity), verifyToken }))
					.route('/', preferencesRoutes({ people, identity }))
					.route('/', exportRoute(store, identity, userLeaving))
					.route('/', eraseRoute(store, identity, userLeaving)),
			ready: () => store.db.selectFrom('register').select('space').limit(1).execute(),
			async close() {
				await projection.close();
				await memberships.close();
				await store.close();
			},
		};
	},
});

if (import.meta.main) await service.run();
