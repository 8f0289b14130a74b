"""Models from files, as the words of one `mesh`: OBJ, STL, PLY and glTF. Only a worker reads them, within its walls."""
