export { storageClass } from './storageClass';
