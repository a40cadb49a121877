import { createContext, type Snippet } from 'svelte';

const [useBell, provideBell] = createContext<Snippet>();

/** What the house shows wherever it says that there is news: the bell with its count. */
export { provideBell, useBell };
