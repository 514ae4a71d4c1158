export * from './conditions';
export * from './policy';
export * from './resources';
export * from './rules';
