"""An answer to files: a workbook, or a folder of CSV or Parquet files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from . import files


class Written:
    """What has tables can be written, whole or not at all."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by name, the summary first."""
        raise NotImplementedError

    def to_excel(self, path: str | Path) -> Path:
        """Write its tables as an Excel workbook ``NAME.xlsx``, one sheet per table, whole or not at all.

        Raises
        ------
        OutputError : the place holds anything but an earlier plan, cannot be written, or the format cannot hold a name.
        """
        return files.to_excel(self.tables(), path)

    def to_csv(self, folder: str | Path) -> Path:
        """Write its tables as a folder of CSV files, one per table, whole or not at all.

        Names that a spreadsheet would take for formulas (``=``, ``+``, ``-``, ``@`` in front) get an apostrophe before.

        Raises
        ------
        OutputError : the place holds anything but an earlier plan, or cannot be written.
        """
        return files.to_csv(self.tables(), folder)

    def to_parquet(self, folder: str | Path) -> Path:
        """Write its tables as a folder of Parquet files, one per table, whole or not at all.

        Raises
        ------
        OutputError : the place holds anything but an earlier plan, or cannot be written.
        """
        return files.to_parquet(self.tables(), folder)
