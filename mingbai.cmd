@echo off
rem The Windows twin of ./mingbai: same steps, same commands.
setlocal
cd /d "%~dp0"
set PYTHONUTF8=1
if not exist .venv\Scripts\python.exe (
  py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>nul || (
    echo 没有找到 Python 3.11 或更新的版本。请先安装 Python，再运行本命令。
    exit /b 1
  )
  py -3 -m venv .venv || exit /b 1
)
fc /b requirements.lock .venv\.stamp-runtime >nul 2>&1 || (
  echo 正在安装程序包（首次需要一两分钟）…
  .venv\Scripts\python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock || exit /b 1
  copy /y requirements.lock .venv\.stamp-runtime >nul
)
echo %* | findstr /c:"--machine spark" /c:"--machine=spark" >nul && (
  .venv\Scripts\python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock || exit /b 1
)
if not exist node_modules\echarts (
  where npm >nul 2>&1 && call npm ci --silent --no-audit --no-fund --ignore-scripts
)
set PYTHONPATH=%~dp0src;%PYTHONPATH%
.venv\Scripts\python -m mingbai %*
