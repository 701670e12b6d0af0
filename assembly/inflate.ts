memory.grow(1);
