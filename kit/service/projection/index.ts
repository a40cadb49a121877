export { follow, type FollowOptions, type Projection, type ProjectionChange } from './follow.ts';
export { openSpaceWriter, type RefusedWrite, type ServiceWriter, type SpaceWriter, type SpaceWriterOptions } from './writer.ts';
export { type Acting, MemberWriter, openMemberWriter, WriteRefused } from './member-writer.ts';
