export {
	byName,
	type Folder,
	type FolderApp,
	type FolderReading,
	type FolderWrites,
	type OpenSpace,
	plainCollection,
	PRINCIPALS,
	type SpecialCollection,
} from './folder.ts';
export { type FoldersHere, foldersHere, recordsIn, versionsIn } from './elsewhere.ts';
export { differences, Member } from './member.ts';
export { isOf, naming, type Naming, type ObjectKind, part, type Part, type Place, type Placed, type Wanted } from './kind.ts';
export { entriesOf, namingsOf, objectsOf, objectsTiedTo, partsOf, type RecordDb, recordOf, rowsOf } from './objects.ts';
export { RecordTree, type RecordTreeParts, refusing } from './record-tree.ts';
export { openRecordServer, type RecordServer } from './server.ts';
export { type SpaceCard, SpaceCards } from './spaces.ts';
export type { RecordTables } from './tables.ts';
export { tagIds, tagNamesFor, tagsOf } from './tags.ts';
